package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.experiment.SweepSettings;
import org.lowrank.trainer.network.RankBound;

/**
 * Section 6.1's claim: the mean inverse stable rank grows with λ even though errors may be large. It rests on Lemma 4, which is
 * about stationary points; so it is decided on networks that have come to rest away from 0, each held against its own draw at the
 * smallest λ, with intervals corrected for choosing the λ, and by the trend over all λ ({@link SweepTrend}). Where the networks were run on to stationary points, it is decided
 * there, and what the paper draws is described only.
 */
final class SweepFindings {
    /** A rise that shows in the figure. */
    private static final double CLEAR = 0.03;

    private static final double SLIGHT = 0.01;

    private static final double LARGE_ERROR = 0.2; // which nobody would call a fit

    /** How far Lemma 3's identity may be off at what counts as a stationary point. */
    private static final double BALANCED = 0.1;

    private static final Metric RANK = Quantity.MEAN_INVERSE_STABLE_RANK.alone();

    private final SweepSettings settings;
    private final CurveSet curves;
    private final String condition;
    private final String section;
    private final String where;
    private final boolean settled;

    private SweepFindings(SweepSettings settings, CurveSet curves, double frequency, double stepSize, boolean settled) {
        this.settings = settings;
        this.curves = curves;
        this.settled = settled;
        this.condition = SweepFigures.condition(frequency, stepSize, settled);
        this.section = settled ? SweepFigures.SETTLED : SweepFigures.ID;
        this.where = "c = " + NumberText.exact(frequency) + ", η = " + NumberText.exact(stepSize)
                + (settled ? ", settled" : ", " + NumberText.exact(settings.epochs()) + " epochs");
    }

    static List<Finding> of(SweepSettings settings, CurveSet curves) {
        List<Finding> findings = new ArrayList<>();
        for (double stepSize : settings.stepSizes()) {
            for (double frequency : settings.frequencies()) {
                SweepFindings drawn = new SweepFindings(settings, curves, frequency, stepSize, false);
                findings.add(settings.settle() == null ? drawn.rise() : drawn.described());
            }
        }
        if (settings.settle() != null) {
            for (double stepSize : settings.stepSizes()) {
                for (double frequency : settings.frequencies()) {
                    SweepFindings rested = new SweepFindings(settings, curves, frequency, stepSize, true);
                    findings.add(rested.rise());
                    findings.add(rested.trend());
                }
            }
        }
        return findings;
    }

    private List<Fate> fates(double lambda) {
        return fates(settings, curves, condition, lambda, settled);
    }

    /**
     * What became of the networks of a λ, draw by draw. Of those that were run on to a stationary point only those are fitted that
     * have Lemma 3's identity to {@value #BALANCED}: a norm may rest for a while where nothing else does.
     */
    static List<Fate> fates(SweepSettings settings, CurveSet curves, String condition, double lambda, boolean settled) {
        List<Fate> fates = Fate.of(
                curves, condition, lambda, Subject.ALONE, settings.hidden().size() + 1);
        if (!settled) {
            return fates;
        }
        CurveSet.Draws balance = curves.get(condition, lambda, Quantity.BALANCE.alone());
        double[] last = balance.at(balance.last());
        return IntStream.range(0, last.length)
                .mapToObj(draw ->
                        fates.get(draw) == Fate.FITTED && !(last[draw] <= BALANCED) ? Fate.MOVING : fates.get(draw))
                .toList();
    }

    private double[] last(double lambda, Metric metric) {
        CurveSet.Draws draws = curves.get(condition, lambda, metric);
        return draws.at(draws.last());
    }

    private double lowest() {
        return settings.weightDecays().get(0);
    }

    /**
     * The λ that others are held against: the smallest where draws enough rest, else the smallest there is, whose networks
     * without decay still grow.
     */
    private double reference() {
        return settings.weightDecays().stream()
                .filter(lambda -> Interval.of(Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED))
                        .decides())
                .findFirst()
                .orElse(lowest());
    }

    /** Rank at λ less rank at another λ, draw by draw, of those that rest at λ. */
    private double[] differences(double lambda, double from) {
        double[] rank = Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED);
        double[] start = Fate.only(last(from, RANK), fates(from), Fate.FITTED, Fate.MOVING);
        double[] differences = new double[Math.min(rank.length, start.length)];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = rank[i] - start[i];
        }
        return differences;
    }

    private Finding rise() {
        double from = settled ? reference() : lowest();
        List<Double> candidates = settings.weightDecays().stream()
                .filter(lambda -> lambda > from)
                .filter(lambda -> Interval.of(differences(lambda, from)).decides())
                .toList();
        if (candidates.isEmpty()) {
            return Finding.of(
                    id(),
                    Verdict.UNDECIDED,
                    "–",
                    where + ": not decided; at no λ above the smallest do " + Interval.ENOUGH
                            + " draws come to rest away from θ = 0.",
                    picture() + " " + byLambda(),
                    Map.of());
        }
        double best = candidates.get(0);
        Interval rise = Interval.of(differences(best, from), candidates.size());
        double largest = Double.NEGATIVE_INFINITY;
        for (double lambda : candidates) {
            Interval here = Interval.of(differences(lambda, from), candidates.size());
            largest = Math.max(largest, here.high());
            if (here.mean() > rise.mean()) {
                best = lambda;
                rise = here;
            }
        }
        Verdict verdict = rise.low() > 0 && rise.mean() >= CLEAR
                ? Verdict.HOLDS
                : rise.low() > 0 && rise.mean() >= SLIGHT
                        ? Verdict.ROUGHLY
                        : largest < SLIGHT ? Verdict.EXCEPTION : Verdict.UNDECIDED;
        double error = Interval.of(Fate.only(last(best, Quantity.ERROR.alone()), fates(best), Fate.FITTED))
                .mean();
        return Finding.of(
                id(),
                verdict,
                (rise.mean() < 0 ? "" : "+") + NumberText.of(rise.mean()),
                where + ": of networks that rest away from 0, the mean inverse stable rank at λ = "
                        + NumberText.exact(best)
                        + " is " + NumberText.of(Math.abs(rise.mean())) + (rise.mean() < 0 ? " below" : " above")
                        + " (" + NumberText.of(rise.low()) + " to " + NumberText.of(rise.high())
                        + ") the same draws' at λ = "
                        + NumberText.exact(from) + "; " + NumberText.percent(error)
                        + " of the points are misclassified.",
                "Interval " + NumberText.of(rise.low()) + " to " + NumberText.of(rise.high()) + " over " + rise.draws()
                        + " draws, corrected for choosing among " + candidates.size() + " λ. " + picture() + wrong()
                        + byLambda() + lemma4(best)
                        + " Holds from a rise of " + NumberText.exact(CLEAR)
                        + " whose interval lies above 0, roughly from "
                        + NumberText.exact(SLIGHT) + ".",
                Map.of("rise", rise.mean(), "rise_low", rise.low(), "rise_high", rise.high(), "best_lambda", best));
    }

    private Finding trend() {
        List<Double> lambdas = settings.weightDecays();
        List<double[]> ranks = lambdas.stream()
                .map(lambda -> Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED))
                .toList();
        return new SweepTrend(lambdas, ranks).finding(id() + "-trend", where);
    }

    /** What Figure 2 shows, of which no claim is made: means over draws whose networks did not all do the same. */
    private Finding described() {
        double highest = highest();
        return Finding.of(
                id(),
                Verdict.INFORMATION,
                Double.isNaN(highest) ? "–" : NumberText.of(mean(highest)),
                where + ": " + picture().substring(0, 1).toLowerCase(Locale.ROOT)
                        + picture().substring(1),
                byLambda()
                        + " The paper's figure is the mean over all of these; its claim is decided where they settled.",
                Double.isNaN(highest) ? Map.of() : Map.of("highest_lambda", highest, "highest_mean", mean(highest)));
    }

    private String id() {
        return section + "/" + condition.replace(' ', '-').replace('=', '-').replace('.', '_');
    }

    /** Equation (3) beside what was measured: whether the lemma itself says anything there. */
    private String lemma4(double lambda) {
        if (!settled) {
            return "";
        }
        int layers = settings.hidden().size() + 1;
        return " Lemma 4's equation (3) asks for at least " + NumberText.of(RankBound.equation3(lambda, layers))
                + " there; any weights of these shapes have " + NumberText.of(SweepFigures.floor(settings)) + ".";
    }

    /** Of every λ at which a network rests away from 0. */
    private String byLambda() {
        List<String> parts = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            List<Fate> fates = fates(lambda);
            double[] ranks = Fate.only(last(lambda, RANK), fates, Fate.FITTED);
            Interval own = Interval.of(ranks);
            if (own.draws() > 0) {
                parts.add("λ = " + NumberText.exact(lambda) + ": " + Fate.counts(fates) + ", fitted rank "
                        + NumberText.of(own.mean()) + " and error "
                        + NumberText.percent(Interval.of(
                                        Fate.only(last(lambda, Quantity.ERROR.alone()), fates, Fate.FITTED))
                                .mean()));
            }
        }
        return parts.isEmpty() ? "No network rests away from 0." : String.join("; ", parts) + ".";
    }

    /** Low rank with large errors, which Section 6.1 speaks of, among the networks at rest of all λ. */
    private String wrong() {
        int all = 0;
        List<Double> ranks = new ArrayList<>();
        for (double lambda : settings.weightDecays()) {
            double[] rank = Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED);
            double[] error = last(lambda, Quantity.ERROR.alone());
            for (int draw = 0; draw < rank.length; draw++) {
                all += Double.isNaN(rank[draw]) ? 0 : 1;
                if (!Double.isNaN(rank[draw]) && error[draw] >= LARGE_ERROR) {
                    ranks.add(rank[draw]);
                }
            }
        }
        String which = ranks.isEmpty()
                ? ""
                : ", with ranks from " + NumberText.of(Collections.min(ranks)) + " to "
                        + NumberText.of(Collections.max(ranks));
        return " Of the " + all + " networks at rest " + ranks.size() + " misclassify "
                + NumberText.percent(LARGE_ERROR) + " or more" + which + ". ";
    }

    /** Over all networks of a λ that did not collapse. */
    private double mean(double lambda) {
        return Interval.of(Fate.only(last(lambda, RANK), fates(lambda), Fate.FITTED, Fate.MOVING))
                .mean();
    }

    /** The λ where that is highest; NaN where every network collapsed. */
    private double highest() {
        double highest = Double.NaN;
        double rank = Double.NEGATIVE_INFINITY;
        for (double lambda : settings.weightDecays()) {
            if (mean(lambda) > rank) {
                rank = mean(lambda);
                highest = lambda;
            }
        }
        return highest;
    }

    /** At the λ where the mean over all that are not collapsed is highest: each fate by itself. */
    private String picture() {
        double highest = highest();
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
                        + NumberText.percent(Interval.of(Fate.only(last(highest, Quantity.ERROR.alone()), fates, fate))
                                .mean())
                        + ")");
            }
        }
        return "The mean inverse stable rank is highest at λ = " + NumberText.exact(highest) + ": "
                + String.join(", ", parts) + ".";
    }
}
