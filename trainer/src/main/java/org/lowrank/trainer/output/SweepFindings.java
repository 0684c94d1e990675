package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.SweepSettings;

/**
 * Section 6.1's claim: the mean inverse stable rank grows with λ even though errors may be large. It rests on Lemma 4, which is
 * about stationary points; so it is decided on networks that have come to rest away from 0, each held against its own draw at the
 * smallest λ, with intervals corrected for choosing the λ.
 */
final class SweepFindings {
    /** A rise that shows in the figure. */
    private static final double CLEAR = 0.03;

    private static final double SLIGHT = 0.01;
    private static final String RANK = "mean_inverse_stable_rank";

    private final SweepSettings settings;
    private final CurveSet curves;
    private final String condition;
    private final String where;

    private SweepFindings(SweepSettings settings, CurveSet curves, double frequency, double stepSize) {
        this.settings = settings;
        this.curves = curves;
        this.condition = SweepFigures.condition(frequency, stepSize);
        this.where = "c = " + NumberText.exact(frequency) + ", η = " + NumberText.exact(stepSize);
    }

    static List<Finding> of(SweepSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double stepSize : settings.stepSizes()) {
            for (double frequency : settings.frequencies()) {
                findings.add(new SweepFindings(settings, curves, frequency, stepSize).rise());
            }
        }
        return findings;
    }

    private List<Fate> fates(double lambda) {
        return Fate.of(curves, condition, lambda, "", settings.hidden().size() + 1);
    }

    private double[] last(double lambda, String metric) {
        CurveSet.Draws draws = curves.get(condition, lambda, metric);
        return draws.at(draws.last());
    }

    /** Rank at λ less rank at the smallest λ, draw by draw, of those that rest at λ. */
    private double[] differences(double lambda) {
        double[] rank = Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED);
        double[] start = Fate.only(
                last(settings.weightDecays().get(0), RANK),
                fates(settings.weightDecays().get(0)),
                Fate.FITTED,
                Fate.MOVING);
        double[] differences = new double[Math.min(rank.length, start.length)];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = rank[i] - start[i];
        }
        return differences;
    }

    private Finding rise() {
        List<Double> candidates = settings.weightDecays().stream()
                .skip(1)
                .filter(lambda -> Interval.of(differences(lambda)).decides())
                .toList();
        double best = Double.NaN;
        Interval rise = Interval.of(new double[0]);
        double largest = Double.NEGATIVE_INFINITY;
        for (double lambda : candidates) {
            Interval here = Interval.of(differences(lambda), candidates.size());
            largest = Math.max(largest, here.high());
            if (Double.isNaN(best) || here.mean() > rise.mean()) {
                best = lambda;
                rise = here;
            }
        }
        if (candidates.isEmpty()) {
            return Finding.of(
                    SweepFigures.ID,
                    Verdict.UNDECIDED,
                    "–",
                    where + ": not decided; at no λ above the smallest do " + Interval.ENOUGH
                            + " draws come to rest away from θ = 0.",
                    picture(),
                    Map.of());
        }
        Verdict verdict = rise.low() > 0 && rise.mean() >= CLEAR
                ? Verdict.HOLDS
                : rise.low() > 0 && rise.mean() >= SLIGHT
                        ? Verdict.ROUGHLY
                        : largest < SLIGHT ? Verdict.EXCEPTION : Verdict.UNDECIDED;
        double error = Interval.of(Fate.only(last(best, "error"), fates(best), Fate.FITTED))
                .mean();
        return Finding.of(
                SweepFigures.ID,
                verdict,
                (rise.mean() < 0 ? "" : "+") + NumberText.of(rise.mean()),
                where + ": of networks that rest away from 0, the mean inverse stable rank at λ = "
                        + NumberText.exact(best)
                        + " is " + NumberText.of(rise.mean()) + (rise.low() > 0 ? " higher" : " off")
                        + " the same draws' at λ = "
                        + NumberText.exact(settings.weightDecays().get(0)) + "; " + NumberText.percent(error)
                        + " of the points are misclassified.",
                "Interval " + NumberText.of(rise.low()) + " to " + NumberText.of(rise.high()) + " over " + rise.draws()
                        + " draws, corrected for choosing among " + candidates.size() + " λ. " + picture()
                        + " Holds from a rise of " + NumberText.exact(CLEAR)
                        + " whose interval lies above 0, roughly from "
                        + NumberText.exact(SLIGHT) + ".",
                Map.of("rise", rise.mean(), "rise_low", rise.low(), "rise_high", rise.high(), "best_lambda", best));
    }

    /** At the λ where the mean over all that are not collapsed is highest: each fate by itself. */
    private String picture() {
        double highest = Double.NaN;
        double rank = Double.NEGATIVE_INFINITY;
        for (double lambda : settings.weightDecays()) {
            double here = Interval.of(Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED, Fate.MOVING))
                    .mean();
            if (here > rank) {
                rank = here;
                highest = lambda;
            }
        }
        if (Double.isNaN(highest)) {
            return "Every network collapsed.";
        }
        List<Fate> fates = fates(highest);
        List<String> parts = new ArrayList<>();
        for (Fate fate : Fate.values()) {
            double[] ranks = Fate.only(last(highest, RANK), fates, fate);
            Interval own = Interval.of(ranks);
            if (own.draws() > 0) {
                parts.add(Fate.counts(fates.stream().filter(fate::equals).toList()) + " (rank "
                        + NumberText.of(own.mean())
                        + ", error "
                        + NumberText.percent(Interval.of(Fate.only(last(highest, "error"), fates, fate))
                                .mean()) + ")");
            }
        }
        return "The figure's highest mean is at λ = " + NumberText.exact(highest) + ": " + String.join(", ", parts)
                + ".";
    }
}
