package org.lowrank.survey.population;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The logarithms of a subject's entry sizes, ln(‖A‖_F/√(rc)), of each kind over relative depth, laid out for many distances; and what
 * bounds a distance from below without taking it.
 */
final class NormProfile {
    /** What rounding may take from a bound. */
    private static final double MARGIN = 1e-12;

    private final String[] kinds;
    private final double[][] depth;
    private final double[][] value;
    private final double[] least;
    private final double[] most;
    private final double level;

    private NormProfile(TreeMap<String, Curve> curves) {
        int n = curves.size();
        kinds = curves.keySet().stream().map(String::intern).toArray(String[]::new);
        depth = curves.values().stream().map(Curve::depth).toArray(double[][]::new);
        value = curves.values().stream().map(Curve::value).toArray(double[][]::new);
        least = new double[n];
        most = new double[n];
        double sum = 0;
        for (int k = 0; k < n; k++) {
            least[k] = Arrays.stream(value[k]).min().orElse(Double.NaN);
            most[k] = Arrays.stream(value[k]).max().orElse(Double.NaN);
            sum += Arrays.stream(value[k]).average().orElse(Double.NaN);
        }
        level = sum / n;
    }

    /**
     * Of a subject.
     *
     * @param order of its layers, null for their own
     */
    static NormProfile of(Subject subject, @Nullable List<Integer> order) {
        TreeMap<String, Curve> curves = new TreeMap<>();
        for (String kind : subject.kinds().keySet()) {
            Curve own = order == null ? subject.entry(kind) : reordered(subject, kind, order);
            curves.put(
                    kind,
                    new Curve(
                            own.depth(),
                            Arrays.stream(own.value()).map(Math::log).toArray()));
        }
        return new NormProfile(curves);
    }

    /** The kind's entries with the layers in another order; a layer without the kind takes none. */
    private static Curve reordered(Subject subject, String kind, List<Integer> order) {
        Profile profile = subject.profile(kind);
        Curve own = subject.entry(kind);
        Integer[] places = new Integer[profile.layers().length];
        Arrays.setAll(places, i -> i);
        Arrays.sort(places, (i, j) -> Integer.compare(order.get(profile.layers()[i]), order.get(profile.layers()[j])));
        double[] values = new double[places.length];
        Arrays.setAll(values, i -> own.value()[places[i]]);
        return new Curve(own.depth(), values);
    }

    /** Whether all norms are positive and finite, so that bounds hold. */
    boolean isFinite() {
        return Double.isFinite(level);
    }

    /** Mean over kinds of the mean over layers. */
    double level() {
        return level;
    }

    /** Equal where kinds and depths are equal, and norms finite or not: for two such and finite, d(a, b) ≥ |level(a) − level(b)| (Jensen). */
    List<Object> grid() {
        return List.of(isFinite(), Arrays.asList(kinds), Arrays.deepToString(depth));
    }

    /** Whether d is more than a limit because the levels are that far apart, for finite profiles of one grid. */
    boolean isFartherByLevel(NormProfile other, double limit) {
        return Math.abs(level - other.level) - MARGIN > limit;
    }

    /**
     * Whether d is more than a limit because the kinds' ranges lie apart: a straight line between layers stays in their range, so
     * that every difference is at least the gap.
     */
    boolean isFartherByRange(NormProfile other, double limit) {
        if (!isFinite() || !other.isFinite()) {
            return false;
        }
        double sum = 0;
        int count = 0;
        for (int i = 0, j = 0; i < kinds.length && j < other.kinds.length; ) {
            int compared = compare(i, other, j);
            if (compared == 0) {
                double gap = Math.max(least[i] - other.most[j], other.least[j] - most[i]) - MARGIN;
                sum += gap > 0 ? gap * gap : 0;
                count++;
            }
            i += compared <= 0 ? 1 : 0;
            j += compared >= 0 ? 1 : 0;
        }
        return sum > limit * limit * count;
    }

    // Names are interned; most are equal.
    @SuppressWarnings("ReferenceEquality")
    private int compare(int i, NormProfile other, int j) {
        return kinds[i] == other.kinds[j] ? 0 : kinds[i].compareTo(other.kinds[j]);
    }

    /**
     * d(a, b), see {@link Relatives}; infinite as soon as it is certain to be more than a limit, NaN without a kind in common.
     *
     * @param limit infinite for the distance whatever it is
     */
    double distance(NormProfile other, double limit) {
        int common = common(other);
        double most2 = limit * limit * common * (1 + MARGIN);
        double sum = 0;
        int count = 0;
        for (int i = 0, j = 0; i < kinds.length && j < other.kinds.length; ) {
            int compared = compare(i, other, j);
            if (compared == 0) {
                double mean = meanSquare(depth[i], value[i], other.depth[j], other.value[j], most2 - sum);
                if (!Double.isNaN(mean)) {
                    sum += mean;
                    count++;
                }
                // Kinds without a finite difference are not counted: the mean only grows.
                if (sum > most2) {
                    return Double.POSITIVE_INFINITY;
                }
            }
            i += compared <= 0 ? 1 : 0;
            j += compared >= 0 ? 1 : 0;
        }
        return count == 0 ? Double.NaN : Math.sqrt(sum / count);
    }

    private int common(NormProfile other) {
        int count = 0;
        for (int i = 0, j = 0; i < kinds.length && j < other.kinds.length; ) {
            int compared = compare(i, other, j);
            count += compared == 0 ? 1 : 0;
            i += compared <= 0 ? 1 : 0;
            j += compared >= 0 ? 1 : 0;
        }
        return count;
    }

    /** Over the depths of either, of the finite squares of differences; NaN where none is, infinite where it is more than a limit. */
    private static double meanSquare(double[] depthA, double[] a, double[] depthB, double[] b, double limit) {
        return Arrays.equals(depthA, depthB)
                ? meanSquare(a, b, limit)
                : meanSquareOverBoth(depthA, a, depthB, b, limit);
    }

    private static double meanSquare(double[] a, double[] b, double limit) {
        double most = limit * a.length; // of fewer differences the mean is larger
        double sum = 0;
        int count = 0;
        for (int i = 0; i < a.length && sum <= most; i++) {
            double difference = a[i] - b[i];
            if (Double.isFinite(difference)) {
                sum += difference * difference;
                count++;
            }
        }
        return sum > most ? Double.POSITIVE_INFINITY : sum / count;
    }

    private static double meanSquareOverBoth(double[] depthA, double[] a, double[] depthB, double[] b, double limit) {
        double most = limit * (a.length + b.length);
        double sum = 0;
        int count = 0;
        for (int i = 0, j = 0; (i < a.length || j < b.length) && sum <= most; ) {
            double x = i == a.length ? depthB[j] : j == b.length ? depthA[i] : Math.min(depthA[i], depthB[j]);
            double difference = at(depthA, a, i, x) - at(depthB, b, j, x);
            if (Double.isFinite(difference)) {
                sum += difference * difference;
                count++;
            }
            i += i < a.length && depthA[i] == x ? 1 : 0;
            j += j < b.length && depthB[j] == x ? 1 : 0;
        }
        return sum > most ? Double.POSITIVE_INFINITY : sum / count;
    }

    /** As {@link Curve#at}, where x lies in (depth[i − 1], depth[i]]. */
    private static double at(double[] depth, double[] value, int i, double x) {
        if (i == 0) {
            return value[0];
        }
        if (i == depth.length) {
            return value[i - 1];
        }
        double share = (x - depth[i - 1]) / (depth[i] - depth[i - 1]);
        return share == 1 ? value[i] : value[i - 1] + share * (value[i] - value[i - 1]);
    }
}
