package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.claim.Verdict;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/** The page of a theory run, from its saved result alone. */
public final class TheoryReport {
    private TheoryReport() {}

    /**
     * Builds the page.
     *
     * @param csv curves.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(TheoryResult result, @Nullable String csv, @Nullable String json) {
        List<Section> sections = new ArrayList<>();
        sections.add(verdicts(result));
        for (CheckResult check : result.checks()) {
            sections.add(CheckSections.group(check));
        }
        sections.add(CheckSections.method());
        return new Report(
                "Theory report",
                "The paper's results, checked numerically",
                "lowrank " + result.toolVersion() + " · " + result.started(),
                cards(result),
                List.of(new FindingGroup(
                        "", result.checks().stream().map(TheoryReport::finding).toList())),
                sections,
                provenance(result),
                csv == null ? null : new Report.Download("curves.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static List<Card> cards(TheoryResult result) {
        List<Outcome> printed =
                result.checks().stream().map(check -> check.verdict().outcome()).toList();
        return List.of(
                new Card("Results", Integer.toString(printed.size())),
                new Card("Hold as printed", count(printed, Outcome.HOLDS)),
                new Card("Violated as printed", count(printed, Outcome.VIOLATED)),
                new Card("Assumption not met", count(printed, Outcome.ASSUMPTION_NOT_MET)),
                new Card(
                        "Readings",
                        Integer.toString(result.checks().stream()
                                .mapToInt(check -> check.readings().size())
                                .sum())),
                new Card("Draws", Integer.toString(result.settings().draws())));
    }

    private static String count(List<Outcome> outcomes, Outcome outcome) {
        return Long.toString(outcomes.stream().filter(outcome::equals).count());
    }

    /** The paper's own reading, and how its other readings fared. */
    private static Shown finding(CheckResult check) {
        Verdict verdict = check.verdict();
        org.lowrank.reports.finding.Verdict shown = switch (verdict.outcome()) {
            case HOLDS -> org.lowrank.reports.finding.Verdict.HOLDS;
            case VIOLATED -> org.lowrank.reports.finding.Verdict.EXCEPTION;
            case ASSUMPTION_NOT_MET -> org.lowrank.reports.finding.Verdict.INFORMATION;
        };
        String others = check.readings().stream()
                .skip(1)
                .map(reading -> reading.claim().id() + ": "
                        + CheckSections.word(reading.verdict().outcome()))
                .collect(Collectors.joining("; "));
        Finding finding = Finding.of(
                check.id(),
                shown,
                Double.isNaN(verdict.margin()) ? "–" : NumberText.significant(verdict.margin(), 2),
                check.title(),
                CheckSections.sentence(
                                CheckSections.describe(check, check.readings().get(0)))
                        + (others.isEmpty() ? "" : " Other readings: " + others + "."),
                Map.of("margin", verdict.margin()));
        return new Shown(finding, CheckSections.anchor(check));
    }

    private static TableSection verdicts(TheoryResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (CheckResult check : result.checks()) {
            for (Reading reading : check.readings()) {
                Verdict verdict = reading.verdict();
                rows.add(List.of(
                        text(check.title()),
                        text(reading.claim().id()),
                        text(reading.claim().formula()),
                        text(CheckSections.word(verdict.outcome())),
                        number(CheckSections.margin(verdict), verdict.margin()),
                        text(CheckSections.run(verdict)),
                        number(CheckSections.when(check, verdict), verdict.step() * check.timePerStep()),
                        number(Integer.toString(verdict.runs()), verdict.runs()),
                        number(Integer.toString(verdict.excluded()), verdict.excluded())));
            }
        }
        return new TableSection(
                "verdicts",
                "Verdicts",
                "One row per reading of each result. The first reading is the paper's own words; others are sharper,"
                        + " repaired, or steps of its proof. The run and time are those of the first violation, or where"
                        + " the sides come closest. Runs that do not meet the assumptions are recorded and not judged.",
                List.of(
                        new Column("Result", false),
                        new Column("Reading", false, true),
                        new Column("Formula", false, true),
                        new Column("Verdict", false),
                        new Column("Margin", true),
                        new Column("Decisive run", false, true),
                        new Column("Step or time", true),
                        new Column("Runs judged", true),
                        new Column("Not judged", true)),
                rows,
                true);
    }

    private static Cell text(String text) {
        return new Cell(text, null);
    }

    private static Cell number(String text, double value) {
        return new Cell(text, Double.isFinite(value) ? value : null);
    }

    private static List<Fact> provenance(TheoryResult result) {
        TheorySettings settings = result.settings();
        return List.of(
                new Fact("Tool", "lowrank " + result.toolVersion(), false),
                new Fact("Started", result.started(), false),
                new Fact("Depths", own(settings.depths()), false),
                new Fact("Weight decays", own(settings.lambdas()), false),
                new Fact("Inner products ε", list(settings.epsilons()), false),
                new Fact("Draws, first seed", settings.draws() + ", " + settings.seed(), false),
                new Fact("Integrator's relative tolerance", NumberText.exact(settings.tolerance()), false),
                new Fact("Command", String.join(" ", result.commandLine()), true));
    }

    private static String own(List<? extends Number> values) {
        return values.isEmpty() ? "each check's own" : list(values);
    }

    private static String list(List<? extends Number> values) {
        return values.stream()
                .map(value -> NumberText.exact(value.doubleValue()))
                .collect(Collectors.joining(", "));
    }
}
