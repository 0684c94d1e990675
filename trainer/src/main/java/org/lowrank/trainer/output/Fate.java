package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;

/** What became of a network by its last recorded step. Statements about trained networks are made of these apart. */
enum Fate {
    /**
     * Its weights rest at a point that fits: their norm changes by less than {@value #RESTS} per unit of ln(step), and where
     * Lemma 3 applies the layers' squared norms agree to 10 %. A norm alone also seems to rest where decay has not begun to act.
     */
    FITTED("fitted"),
    /** Its norm still changes; always so without weight decay, where no point of rest is finite. */
    MOVING("still moving"),
    /** At θ = 0, or never away from it: the loss is ln 2 (ln C of C classes) to one per cent, which is no success of anything. */
    COLLAPSED("collapsed");

    private static final double LOSS = 0.99;
    private static final double RESTS = 0.02;
    private static final double BALANCED = 0.1;

    private final String word;

    Fate(String word) {
        this.word = word;
    }

    /**
     * Of one network.
     *
     * @param losses over the recorded steps
     * @param norms ‖θ‖ over them
     */
    static Fate of(double lambda, long[] steps, double[] losses, double[] norms) {
        return of(lambda, steps, losses, norms, Math.log(2));
    }

    private static Fate of(double lambda, long[] steps, double[] losses, double[] norms, double atZero) {
        int last = steps.length - 1;
        if (!(losses[last] < LOSS * atZero)) {
            return COLLAPSED;
        }
        if (lambda == 0 || last == 0 || steps[last - 1] == 0) {
            return MOVING;
        }
        double rate = Math.log(norms[last] / norms[last - 1]) / Math.log((double) steps[last] / steps[last - 1]);
        return Math.abs(rate) < RESTS ? FITTED : MOVING;
    }

    /** Draw by draw: of one of the networks, with {@code layers} matrices, no biases and two classes, trained by descent. */
    static List<Fate> of(CurveSet curves, String condition, double lambda, Subject subject, int layers) {
        List<Fate> fates = of(curves, condition, lambda, subject, layers, 2);
        for (int draw = 0; draw < fates.size(); draw++) {
            if (fates.get(draw) == FITTED && !balanced(curves, condition, lambda, subject, layers, draw)) {
                fates.set(draw, MOVING);
            }
        }
        return fates;
    }

    private static boolean balanced(
            CurveSet curves, String condition, double lambda, Subject subject, int layers, int draw) {
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (int k = 1; k <= layers; k++) {
            double[] norms = curves.get(
                            condition, lambda, Quantity.FROBENIUS_NORM.at(k).of(subject))
                    .values()[draw];
            double square = norms[norms.length - 1] * norms[norms.length - 1];
            largest = Math.max(largest, square);
            smallest = Math.min(smallest, square);
        }
        return largest - smallest <= BALANCED * largest;
    }

    /** The same of any training, and of so many classes: at θ = 0 their loss is the logarithm of that number. */
    static List<Fate> of(CurveSet curves, String condition, double lambda, Subject subject, int layers, int classes) {
        CurveSet.Draws losses = curves.get(condition, lambda, Quantity.LOSS.of(subject));
        List<Fate> fates = new ArrayList<>();
        for (int draw = 0; draw < losses.values().length; draw++) {
            double[] norms = new double[losses.steps().length];
            for (int k = 1; k <= layers; k++) {
                double[] layer = curves.get(
                                condition, lambda, Quantity.FROBENIUS_NORM.at(k).of(subject))
                        .values()[draw];
                for (int i = 0; i < norms.length; i++) {
                    norms[i] = Math.hypot(norms[i], layer[i]);
                }
            }
            fates.add(of(lambda, losses.steps(), losses.values()[draw], norms, Math.log(classes)));
        }
        return fates;
    }

    /** Of pairs of networks: the worse fate of the two, draw by draw. */
    static List<Fate> worse(List<Fate> a, List<Fate> b) {
        List<Fate> worse = new ArrayList<>();
        for (int i = 0; i < a.size(); i++) {
            worse.add(a.get(i).compareTo(b.get(i)) >= 0 ? a.get(i) : b.get(i));
        }
        return worse;
    }

    /** The values of those draws whose fate is one of these; NaN for the others, so that draws keep their places. */
    static double[] only(double[] values, List<Fate> fates, Fate... wanted) {
        double[] kept = values.clone();
        for (int i = 0; i < kept.length; i++) {
            kept[i] = List.of(wanted).contains(fates.get(i)) ? kept[i] : Double.NaN;
        }
        return kept;
    }

    /** {@code 3 fitted, 5 still moving, 2 collapsed}. */
    static String counts(List<Fate> fates) {
        Map<Fate, Integer> counts = new EnumMap<>(Fate.class);
        fates.forEach(fate -> counts.merge(fate, 1, Integer::sum));
        List<String> parts = new ArrayList<>();
        counts.forEach((fate, count) -> parts.add(count + " " + fate.word));
        return String.join(", ", parts);
    }
}
