package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.GroupSection;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.trainer.theory.claim.Assumption;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.Verdict;

/** One check's part of the page: its figure, its statement, its assumptions as measured. */
final class CheckSections {
    private CheckSections() {}

    /** Everything about one check under its title. */
    static GroupSection group(CheckResult check) {
        return new GroupSection(
                anchor(check), check.title(), List.of(notes(check), CheckFigure.of(check), conditions(check)));
    }

    /** Where the page's links to a check lead. */
    static String anchor(CheckResult check) {
        return "check-" + check.id();
    }

    /** Readings with their verdicts, assumptions as measured, findings. */
    private static NoteSection notes(CheckResult check) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Statement", check.statement() + " " + check.formula(), false));
        facts.add(new Fact("Assumes", String.join("; ", check.conditions()), false));
        for (Reading reading : check.readings()) {
            facts.add(new Fact(
                    kind(reading.claim()) + reading.claim().id(),
                    reading.claim().formula() + " — " + reading.claim().words() + ". "
                            + Words.sentence(Words.describe(check, reading)),
                    false));
        }
        assumptions(check).forEach((name, text) -> facts.add(new Fact("Assumption", name + ": " + text, false)));
        return new NoteSection(check.id() + "-notes", "What was found", facts, check.findings());
    }

    private static String kind(Claim claim) {
        return switch (claim.part()) {
            case STATEMENT -> "Reading: ";
            case SIDE -> "Line of proof or text: ";
            case OURS -> "Ours: ";
        };
    }

    /** Each reading's verdict for each condition alone: which depth, network, start or ε decides. */
    private static TableSection conditions(CheckResult check) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Reading reading : check.readings()) {
            for (Reading.OfCondition of : reading.byCondition()) {
                Verdict verdict = of.verdict();
                rows.add(List.of(
                        new Cell(reading.claim().id(), null),
                        new Cell(of.condition(), null),
                        new Cell(Words.word(verdict), null),
                        new Cell(
                                Words.marginText(verdict), Double.isFinite(verdict.margin()) ? verdict.margin() : null),
                        new Cell(Words.when(check, verdict), verdict.at().step() * check.timePerStep()),
                        new Cell(Integer.toString(verdict.runs().judged()), (double)
                                verdict.runs().judged()),
                        new Cell(Integer.toString(verdict.runs().excluded()), (double)
                                verdict.runs().excluded())));
            }
        }
        return new TableSection(
                check.id() + "-conditions",
                "By condition",
                "The same verdicts over the runs of one condition alone.",
                List.of(
                        new Column("Reading", false, true),
                        new Column("Condition", false, true),
                        new Column("Verdict", false),
                        new Column("Margin", true),
                        new Column("Step or time", true),
                        new Column("Runs judged", true),
                        new Column("Not judged", true)),
                rows,
                rows.size() > 12);
    }

    /** Each assumption once: in how many runs it was met, and the range of what was measured. */
    private static Map<String, String> assumptions(CheckResult check) {
        Map<String, List<Assumption>> byName = new LinkedHashMap<>();
        for (Assumption assumption : check.assumptions()) {
            byName.computeIfAbsent(assumption.name() + " " + assumption.text(), name -> new ArrayList<>())
                    .add(assumption);
        }
        Map<String, String> lines = new LinkedHashMap<>();
        byName.forEach((name, runs) -> {
            double smallest =
                    runs.stream().mapToDouble(Assumption::measured).min().orElse(Double.NaN);
            double largest =
                    runs.stream().mapToDouble(Assumption::measured).max().orElse(Double.NaN);
            long met = runs.stream().filter(Assumption::satisfied).count();
            lines.put(
                    name,
                    "met in " + met + " of " + runs.size() + " runs, measured " + NumberText.of(smallest) + " to "
                            + NumberText.of(largest));
        });
        return lines;
    }

    /** How to read the page. */
    static NoteSection method() {
        return new NoteSection(
                "method",
                "Method",
                List.of(),
                List.of(
                        "Each check trains small networks in double precision as its statement assumes: gradient descent"
                                + " as Algorithm 1, gradient flow by the Dormand–Prince 8(5,3) integrator with adaptive"
                                + " steps; integration with half the tolerance is compared with it.",
                        "A verdict follows from the rows of curves.csv alone: metrics \"<reading>: lhs\" and \"<reading>:"
                                + " rhs\"; runs with \"assumptions met\" = 0 are left out. Steps of gradient flow count"
                                + " hundredths of its time.",
                        "The margin of an inequality is (larger − smaller)/max(|lhs|, |rhs|) with the sign of the"
                                + " relation: 0 where the sides meet, negative where it is violated; where the sides are"
                                + " recorded as logarithms it is their difference. Of an equality it is minus the largest"
                                + " relative deviation.",
                        "Statements about a limit are judged at the last step: reached, or missed where neither the run nor the"
                                + " left side changes by more than one part in a thousand between the last three records,"
                                + " or not decided. A side that is not defined decides nothing.",
                        "A result holds as printed if every reading of its statement does, the cases that the paper names"
                                + " included. Lines of its proof and our own readings are listed and do not decide.",
                        "A bound is vacuous here if it is nowhere sharper than what any weights of the same norms satisfy; its"
                                + " metric is \"<reading>: any weights\"."));
    }
}
