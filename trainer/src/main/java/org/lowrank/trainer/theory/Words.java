package org.lowrank.trainer.theory;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.Verdict;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/** Verdicts in words: the same on the page and on the terminal, with one clock. */
public final class Words {
    private static final String[] COUNTS = {"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"
    };

    private Words() {}

    static String word(Outcome outcome) {
        return switch (outcome) {
            case HOLDS -> "holds";
            case VIOLATED -> "violated";
            case UNDECIDED -> "not decided";
            case ASSUMPTION_NOT_MET -> "assumption not met";
        };
    }

    /** The verdict's word, and that a bound says nothing where it does not. */
    static String word(Verdict verdict) {
        return word(verdict.outcome()) + (vacuous(verdict) ? ", vacuous here" : "");
    }

    static boolean vacuous(Verdict verdict) {
        return verdict.outcome() == Outcome.HOLDS && verdict.isVacuous();
    }

    /** The result in one sentence. */
    public static String headline(CheckResult check) {
        Reading decisive = check.decisive();
        Verdict verdict = decisive.verdict();
        String name = name(check);
        String which = check.readings().size() == 1 || decisive.claim().id().equals("printed")
                ? ""
                : " (" + decisive.claim().id() + ")";
        String sentence = switch (verdict.outcome()) {
            case HOLDS ->
                name + " holds as printed in "
                        + (judged(check) == 1 ? "the one run" : "all " + runs(judged(check))) + " judged"
                        + vacuity(check);
            case VIOLATED -> name + " does not hold as printed" + which;
            case UNDECIDED -> name + " is not decided" + which;
            case ASSUMPTION_NOT_MET ->
                name + " was not judged: "
                        + (statements(check).mapToInt(Verdict.Runs::excluded).sum() == 0
                                ? "with these settings it has nothing to compare"
                                : "no run meets its assumptions");
        };
        return sentence + asides(check) + ".";
    }

    /** {@code Lemma 1}, without what it is about. */
    static String name(CheckResult check) {
        return check.title().replaceAll(" \\(.*", "");
    }

    /** The lines of proof or text that do not hold, by their names in quotes. */
    private static String asides(CheckResult check) {
        List<Reading> failing = check.failingSides();
        if (failing.isEmpty()) {
            return "";
        }
        String lines = failing.size() == 1
                ? "a line of its proof or text"
                : (failing.size() < COUNTS.length ? COUNTS[failing.size()] : String.valueOf(failing.size()))
                        + " lines of its proof or text";
        String does = failing.size() == 1 ? "does" : "do";
        String names =
                failing.stream().map(r -> "“" + r.claim().id() + "”").collect(Collectors.joining(", ", " (", ")"));
        return (check.verdict().outcome() == Outcome.VIOLATED
                        ? "; nor " + does + " " + lines
                        : "; " + lines + " " + does + " not"
                                + (check.verdict().outcome() == Outcome.HOLDS ? "" : " hold"))
                + names;
    }

    /** All results in one sentence: how many hold, and which do not. */
    static String summary(List<CheckResult> checks) {
        StringBuilder summary = new StringBuilder();
        long holding = checks.stream()
                .filter(check -> check.verdict().outcome() == Outcome.HOLDS)
                .count();
        summary.append(holding)
                .append(" of ")
                .append(checks.size())
                .append(checks.size() == 1 ? " result holds as printed" : " results hold as printed");
        for (Outcome outcome : List.of(Outcome.VIOLATED, Outcome.UNDECIDED, Outcome.ASSUMPTION_NOT_MET)) {
            List<String> names = checks.stream()
                    .filter(check -> check.verdict().outcome() == outcome)
                    .map(Words::name)
                    .toList();
            if (!names.isEmpty()) {
                summary.append("; ")
                        .append(
                                outcome == Outcome.VIOLATED
                                        ? "violated"
                                        : outcome == Outcome.UNDECIDED ? "not decided" : "not judged");
                summary.append(": ").append(String.join(", ", names));
            }
        }
        return summary.append(".").toString();
    }

    private static int judged(CheckResult check) {
        return statements(check).mapToInt(Verdict.Runs::judged).max().orElse(0);
    }

    /** In how many of the runs its sharpest reading says no more than what any weights of these norms satisfy. */
    private static String vacuity(CheckResult check) {
        if (vacuous(check)) {
            return ", and is vacuous in them";
        }
        int vacuous = check.readings().stream()
                .filter(reading -> reading.claim().part() == Claim.Part.STATEMENT)
                .map(Reading::verdict)
                .filter(verdict -> verdict.runs().judged() > 0)
                .mapToInt(verdict -> verdict.power().vacuousRuns())
                .min()
                .orElse(0);
        return vacuous == 0 ? "" : ", in " + vacuous + " of them vacuously";
    }

    private static Stream<Verdict.Runs> statements(CheckResult check) {
        return check.readings().stream()
                .filter(reading -> reading.claim().part() == Claim.Part.STATEMENT)
                .map(reading -> reading.verdict().runs());
    }

    /** All that its statement says holds for any weights of these norms. */
    static boolean vacuous(CheckResult check) {
        return check.readings().stream()
                .filter(reading -> reading.claim().part() == Claim.Part.STATEMENT)
                .noneMatch(reading -> reading.verdict().holdsWithPower());
    }

    /** What of the paper a reading is. */
    public static String part(Claim claim) {
        return switch (claim.part()) {
            case STATEMENT -> "statement";
            case SIDE -> "proof or text";
            case OURS -> "ours";
        };
    }

    private static String runs(int count) {
        return count == 1 ? "1 run" : count + " runs";
    }

    /** A reading's verdict with its numbers, one sentence or two without the last full stop. */
    public static String describe(CheckResult check, Reading reading) {
        Verdict verdict = reading.verdict();
        Verdict.Runs runs = verdict.runs();
        String where = run(verdict) + ", " + when(check, verdict);
        String left = runs.excluded() == 0 ? "" : "; " + runs(runs.excluded()) + " not judged";
        return switch (verdict.outcome()) {
            case HOLDS ->
                (vacuous(verdict)
                                ? "holds in " + runs(runs.judged()) + " and is vacuous here"
                                : "holds " + margin(reading) + " in " + runs(runs.judged()) + " (closest: " + where
                                        + ")")
                        + power(reading)
                        + left;
            case VIOLATED ->
                (reading.claim().moment() == Claim.Moment.LAST_STEP ? "violated at " : "violated first at ")
                        + when(check, verdict) + " (" + run(verdict) + "), at worst " + margin(reading)
                        + power(reading) + left;
            case UNDECIDED ->
                "not decided in " + runs.undecided() + " of " + runs(runs.judged()) + " (" + where + ")"
                        + (reading.claim().moment() == Claim.Moment.LAST_STEP
                                ? ": the limit is not reached, and what would have to reach it still changes"
                                : ": a side is not defined, or only the start was reached")
                        + power(reading) + left;
            case ASSUMPTION_NOT_MET ->
                runs.excluded() == 0
                        ? "not judged: nothing to compare with these settings"
                        : "not judged: assumption not met in any of " + runs(runs.excluded());
        };
    }

    /** {@code with margin 0.36}; a margin of logarithms says so, an equality gives its deviation. */
    private static String margin(Reading reading) {
        Claim claim = reading.claim();
        double margin = reading.verdict().margin();
        if (Double.isNaN(margin)) {
            return "with an undefined side";
        }
        boolean meets = reading.verdict().outcome() == Outcome.HOLDS && Math.abs(margin) <= claim.tolerance();
        if (meets && claim.relation() != Claim.Relation.EQUAL) {
            return "with equality" + (margin == 0 ? "" : " to " + NumberText.significant(Math.abs(margin), 2));
        }
        return claim.relation() == Claim.Relation.EQUAL
                ? "to " + NumberText.significant(-margin, 2)
                : "with margin " + (claim.scale() == Claim.Scale.LOGARITHM ? "ln " : "") + NumberText.of(margin);
    }

    /** What stands large beside a finding: its margin, and of an equality by how much the sides differ. */
    static String number(Reading reading) {
        if (Double.isNaN(reading.verdict().margin())) {
            return "–";
        }
        String margin = margin(reading);
        return margin.startsWith("to ")
                ? "±" + margin.substring("to ".length())
                : margin.replace("with margin ", "").replaceAll("with equality.*", "=");
    }

    static String marginText(Verdict verdict) {
        return Double.isNaN(verdict.margin()) ? "" : NumberText.of(verdict.margin());
    }

    /** How far the bound is from what any weights satisfy, or a limit from where it started. */
    private static String power(Reading reading) {
        Verdict.Power power = reading.verdict().power();
        List<String> parts = new ArrayList<>();
        if (!Double.isNaN(power.sharpness())) {
            boolean logarithms = reading.claim().scale() == Claim.Scale.LOGARITHM;
            String number = NumberText.significant(power.sharpness(), 2);
            String times =
                    (!logarithms ? number : number.contains("×") ? "e^(" + number + ")" : "e^" + number) + " times";
            parts.add("where it is sharpest, the bound is " + times + " what any weights of these norms satisfy"
                    + (power.vacuousRuns() > 0 && !reading.verdict().isVacuous()
                            ? "; it says no more than that in " + power.vacuousRuns() + " of the runs"
                            : ""));
        }
        if (Double.isFinite(power.start())) {
            parts.add("the left side starts at " + NumberText.significant(power.start(), 2));
        }
        return parts.isEmpty() ? "" : "; " + String.join("; ", parts);
    }

    /** The decisive run: condition, draw, λ where it has one. */
    static String run(Verdict verdict) {
        if (verdict.outcome() == Outcome.ASSUMPTION_NOT_MET) {
            return "";
        }
        Verdict.At at = verdict.at();
        String lambda = Double.isNaN(at.lambda()) ? "" : ", λ = " + lambda(at.lambda());
        return at.condition() + ", draw " + at.draw() + lambda;
    }

    /** {@code 0.03}, and of one that was searched three digits. */
    private static String lambda(double lambda) {
        return NumberText.exact(new BigDecimal(lambda).round(new MathContext(3)).doubleValue());
    }

    /** {@code step 1,200} of descent, {@code time 12.5} of flow. */
    static String when(CheckResult check, Verdict verdict) {
        boolean steps = check.timePerStep() == 1;
        return (steps ? "step " : "time ")
                + NumberText.decimals(verdict.at().step() * check.timePerStep(), steps ? 0 : 2);
    }

    static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }
}
