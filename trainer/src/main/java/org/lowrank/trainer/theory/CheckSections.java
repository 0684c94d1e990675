package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.GroupSection;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.trainer.theory.claim.Assumption;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.Verdict;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/** One check's part of the page: its figure, its statement, its assumptions as measured. */
final class CheckSections {
    private CheckSections() {}

    /** Everything about one check under its title. */
    static GroupSection group(CheckResult check) {
        return new GroupSection(anchor(check), check.title(), List.of(notes(check), figure(check), conditions(check)));
    }

    /** Where the page's links to a check lead. */
    static String anchor(CheckResult check) {
        return "check-" + check.id();
    }

    /** A panel per reading: both sides over time, of the run that decides. */
    private static FigureSection figure(CheckResult check) {
        List<Panel> panels = new ArrayList<>();
        for (int i = 0; i < check.readings().size(); i++) {
            Panel panel = panel(check, i);
            if (panel != null) {
                panels.add(panel);
            }
        }
        return new FigureSection(
                check.id(),
                "Both sides over time",
                "Of each reading, the run that decides its verdict.",
                Math.min(2, Math.max(1, panels.size())),
                panels);
    }

    private static @Nullable Panel panel(CheckResult check, int index) {
        Reading reading = check.readings().get(index);
        Verdict verdict = reading.verdict();
        Claim claim = reading.claim();
        CheckResult.Curve left = check.curve(verdict.condition(), verdict.draw(), verdict.lambda(), claim.left());
        CheckResult.Curve right = check.curve(verdict.condition(), verdict.draw(), verdict.lambda(), claim.right());
        if (left == null || right == null) {
            return null;
        }
        boolean logarithms = claim.scale() == Claim.Scale.LOGARITHM;
        boolean positive = !logarithms && positive(left) && positive(right);
        boolean flow = check.timePerStep() != 1;
        return new Panel(
                check.id() + "-" + index,
                claim.id() + ": " + word(verdict.outcome()) + " (" + run(verdict) + ")",
                new Axis(flow ? "time" : "step", true, true),
                new Axis(logarithms ? "natural logarithm of the sides" : "sides", positive, positive),
                List.of(
                        series("left side", left, check.timePerStep(), positive, Style.SOLID),
                        series("right side", right, check.timePerStep(), positive, Style.DOTTED)));
    }

    private static boolean positive(CheckResult.Curve curve) {
        return curve.values().stream().allMatch(value -> value >= 0)
                && curve.values().stream().anyMatch(value -> value > 0);
    }

    /** Without step 0, which a logarithmic axis cannot show; zeros and infinities are left out likewise. */
    private static Series series(
            String name, CheckResult.Curve curve, double timePerStep, boolean logarithmic, Style style) {
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < curve.steps().size(); i++) {
            double y = curve.values().get(i);
            if (curve.steps().get(i) > 0) {
                boolean shown = Double.isFinite(y) && !(logarithmic && y <= 0);
                points.add(new double[] {curve.steps().get(i) * timePerStep, shown ? y : Double.NaN});
            }
        }
        return new Series(
                name,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray(),
                null,
                style);
    }

    /** Readings with their verdicts, assumptions as measured, findings. */
    private static NoteSection notes(CheckResult check) {
        List<Fact> facts = new ArrayList<>();
        facts.add(new Fact("Statement", check.statement() + " " + check.formula(), false));
        facts.add(new Fact("Assumes", String.join("; ", check.conditions()), false));
        for (Reading reading : check.readings()) {
            facts.add(new Fact(
                    "Reading: " + reading.claim().id(),
                    reading.claim().formula() + " — " + reading.claim().words() + ". "
                            + sentence(describe(check, reading)),
                    false));
        }
        assumptions(check).forEach((name, text) -> facts.add(new Fact("Assumption", name + ": " + text, false)));
        return new NoteSection(check.id() + "-notes", "What was found", facts, check.findings());
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
                        new Cell(word(verdict.outcome()), null),
                        new Cell(margin(verdict), Double.isFinite(verdict.margin()) ? verdict.margin() : null),
                        new Cell(when(check, verdict), verdict.step() * check.timePerStep()),
                        new Cell(Integer.toString(verdict.runs()), (double) verdict.runs()),
                        new Cell(Integer.toString(verdict.excluded()), (double) verdict.excluded())));
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
                                + " relative deviation. Statements about a limit are judged at the last step."));
    }

    static String word(Outcome outcome) {
        return switch (outcome) {
            case HOLDS -> "holds";
            case VIOLATED -> "violated";
            case ASSUMPTION_NOT_MET -> "assumption not met";
        };
    }

    static String margin(Verdict verdict) {
        double margin = verdict.margin();
        return Double.isNaN(margin) ? "" : NumberText.of(margin);
    }

    static String run(Verdict verdict) {
        if (verdict.outcome() == Outcome.ASSUMPTION_NOT_MET) {
            return "";
        }
        String lambda = Double.isNaN(verdict.lambda()) ? "" : ", λ = " + NumberText.exact(verdict.lambda());
        return verdict.condition() + ", draw " + verdict.draw() + lambda;
    }

    static String when(CheckResult check, Verdict verdict) {
        return NumberText.decimals(verdict.step() * check.timePerStep(), check.timePerStep() == 1 ? 0 : 2);
    }

    static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    /** {@code holds with margin 0.36 in 24 runs (closest: …)} and so on. */
    static String describe(CheckResult check, Reading reading) {
        Verdict verdict = reading.verdict();
        String unit = check.timePerStep() == 1 ? "step " : "time ";
        return switch (verdict.outcome()) {
            case HOLDS ->
                "holds with margin " + margin(verdict) + " in " + verdict.runs() + " runs (closest: " + run(verdict)
                        + ", " + unit + when(check, verdict) + ")";
            case VIOLATED ->
                "violated at " + unit + when(check, verdict) + " (" + run(verdict) + "), margin " + margin(verdict);
            case ASSUMPTION_NOT_MET ->
                verdict.excluded() == 0
                        ? "not judged: nothing to compare with these settings"
                        : "assumption not met in any of " + verdict.excluded() + " runs";
        };
    }
}
