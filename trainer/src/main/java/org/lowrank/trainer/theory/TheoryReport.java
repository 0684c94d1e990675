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
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.Sources;
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
        sections.add(Sources.cite(result.toolVersion()));
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
                json == null ? null : new Report.Download("result.json", json),
                new Lead(
                        Words.summary(result.checks()),
                        "A result holds as printed if every reading of its statement holds in every run that meets its assumptions."
                                + " Margin: (larger side − smaller side)/larger, negative where violated; after ln, the difference of"
                                + " the sides' logarithms.",
                        List.of(),
                        Sources.links(),
                        "theory",
                        Sources.footer("theory", result.toolVersion())));
    }

    private static List<Card> cards(TheoryResult result) {
        List<Outcome> printed =
                result.checks().stream().map(check -> check.verdict().outcome()).toList();
        return List.of(
                new Card("Results", Integer.toString(printed.size())),
                new Card("Hold as printed", count(printed, Outcome.HOLDS)),
                new Card("Violated as printed", count(printed, Outcome.VIOLATED)),
                new Card("Not decided", count(printed, Outcome.UNDECIDED)),
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

    /** The result in a sentence, and the reading that decides it with its numbers. */
    private static Shown finding(CheckResult check) {
        Reading decisive = check.decisive();
        Verdict verdict = decisive.verdict();
        org.lowrank.reports.finding.Verdict shown = switch (verdict.outcome()) {
            case HOLDS ->
                Words.vacuous(check)
                        ? org.lowrank.reports.finding.Verdict.INDISTINGUISHABLE
                        : org.lowrank.reports.finding.Verdict.HOLDS;
            case VIOLATED -> org.lowrank.reports.finding.Verdict.EXCEPTION;
            case UNDECIDED -> org.lowrank.reports.finding.Verdict.UNDECIDED;
            case ASSUMPTION_NOT_MET -> org.lowrank.reports.finding.Verdict.INFORMATION;
        };
        String others = check.readings().stream()
                .filter(reading -> !reading.equals(decisive))
                .map(reading -> reading.claim().id() + ": " + Words.word(reading.verdict()))
                .collect(Collectors.joining("; "));
        Finding finding = Finding.of(
                check.id(),
                shown,
                Words.number(decisive),
                Words.headline(check),
                Words.sentence(Words.describe(check, decisive))
                        + (others.isEmpty() ? "" : " Other readings: " + others + "."),
                Double.isNaN(verdict.margin()) ? Map.of() : Map.of("margin", verdict.margin()));
        return new Shown(finding, CheckSections.anchor(check));
    }

    private static TableSection verdicts(TheoryResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (CheckResult check : result.checks()) {
            for (Reading reading : check.readings()) {
                Verdict verdict = reading.verdict();
                rows.add(List.of(
                        text(Words.name(check)),
                        text(reading.claim().id()),
                        text(Words.part(reading.claim())),
                        text(reading.claim().formula()),
                        text(Words.word(verdict)),
                        number(Words.marginText(verdict), verdict.margin()),
                        text(Words.run(verdict)),
                        number(Words.when(check, verdict), verdict.at().step() * check.timePerStep()),
                        number(
                                Integer.toString(verdict.runs().judged()),
                                verdict.runs().judged()),
                        number(
                                Integer.toString(verdict.runs().excluded()),
                                verdict.runs().excluded())));
            }
        }
        return new TableSection(
                "verdicts",
                "Verdicts",
                "One row per reading of each result. Readings of the statement decide about the result; others are"
                        + " lines of its proof, or ours: sharper or repaired. The run and time are those of the first violation, or where"
                        + " the sides come closest. Runs that do not meet the assumptions are recorded and not judged.",
                List.of(
                        new Column("Result", false),
                        new Column("Reading", false, true),
                        new Column("Of", false),
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
                new Fact(
                        "Width",
                        settings.width() == 0 ? "each check's own" : Integer.toString(settings.width()),
                        false),
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
