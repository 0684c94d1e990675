package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.Medians;

/**
 * How far models are from each other by their norms alone. d(a, b)² is the mean, over the kinds both have and the depths at which
 * either has a layer, of (ln e_a − ln e_b)² with e = ‖A‖_F/√(rc) the size of an entry: for models of one architecture the root mean
 * square relative difference of norms, matrix by matrix. It is 0 for equal norms, and a fine-tuned model stays near its base because
 * most layers move by a few per cent. Two models trained apart can be near each other where both have the norms of one
 * initialisation or one recipe; so d is held against the same distance with b's layers in random order: of models that share more
 * than levels, the layers fit one by one.
 */
final class Relatives {
    /** Nearer than this is near: norms differ by a tenth, root mean square. */
    static final double NEAR = 0.1;

    /** And at most this share of the distance with layers in random order. */
    static final double ORDERED = 0.5;

    private static final int SHUFFLES = 20;
    private static final long SEED = 20260102;

    private final List<Subject> subjects;
    private final double[][] distance;

    Relatives(List<Subject> subjects) {
        this.subjects = subjects;
        int n = subjects.size();
        distance = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                distance[i][j] = between(subjects.get(i), subjects.get(j), null);
                distance[j][i] = distance[i][j];
            }
        }
    }

    /**
     * A model's nearest relative.
     *
     * @param distance between them
     * @param shuffled median distance with the relative's layers in random order; NaN where there is one layer only
     */
    record Nearest(Subject subject, Subject relative, double distance, double shuffled) {
        /** Whether they share more than levels: near, and layer by layer. */
        boolean isClose() {
            return distance <= NEAR && distance <= ORDERED * shuffled;
        }

        boolean isOf(Subject a, Subject b) {
            return (subject.equals(a) && relative.equals(b)) || (subject.equals(b) && relative.equals(a));
        }

        boolean sameShapes() {
            return subject.kinds().keySet().equals(relative.kinds().keySet())
                    && subject.kinds().keySet().stream().allMatch(kind -> {
                        Profile a = subject.profile(kind);
                        Profile b = relative.profile(kind);
                        return Arrays.equals(a.layers(), b.layers())
                                && Arrays.equals(a.rows(), b.rows())
                                && Arrays.equals(a.cols(), b.cols());
                    });
        }
    }

    /** [i][j], NaN where two have no kind in common. */
    double[][] distance() {
        return distance;
    }

    /** The nearest relative of each that has one, in the order of the subjects. */
    List<Nearest> nearest() {
        List<Nearest> all = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            int best = -1;
            for (int j = 0; j < subjects.size(); j++) {
                boolean other = !subjects.get(j).model().equals(subjects.get(i).model());
                if (other && !Double.isNaN(distance[i][j]) && (best < 0 || distance[i][j] < distance[i][best])) {
                    best = j;
                }
            }
            if (best >= 0) {
                Subject a = subjects.get(i);
                Subject b = subjects.get(best);
                all.add(new Nearest(a, b, distance[i][best], shuffled(a, b)));
            }
        }
        return all;
    }

    private static double shuffled(Subject a, Subject b) {
        if (b.layers() < 2) {
            return Double.NaN;
        }
        Random random = new Random(SEED);
        double[] drawn = new double[SHUFFLES];
        for (int draw = 0; draw < SHUFFLES; draw++) {
            List<Integer> order = new ArrayList<>();
            for (int layer = 0; layer < b.layers(); layer++) {
                order.add(layer);
            }
            Collections.shuffle(order, random);
            drawn[draw] = between(a, b, order);
        }
        return Medians.of(drawn);
    }

    /**
     * d(a, b).
     *
     * @param order of b's layers, null for their own
     */
    static double between(Subject a, Subject b, @Nullable List<Integer> order) {
        double sum = 0;
        int count = 0;
        for (String kind : a.kinds().keySet()) {
            if (!b.has(kind)) {
                continue;
            }
            Curve of = logarithm(a.entry(kind));
            Curve other = logarithm(order == null ? b.entry(kind) : reordered(b, kind, order));
            TreeSet<Double> depths = new TreeSet<>();
            Arrays.stream(of.depth()).forEach(depths::add);
            Arrays.stream(other.depth()).forEach(depths::add);
            double squares = 0;
            int finite = 0;
            for (double depth : depths) {
                double difference = of.at(depth) - other.at(depth);
                if (Double.isFinite(difference)) {
                    squares += difference * difference;
                    finite++;
                }
            }
            if (finite > 0) {
                sum += squares / finite;
                count++;
            }
        }
        return count == 0 ? Double.NaN : Math.sqrt(sum / count);
    }

    private static Curve logarithm(Curve curve) {
        return new Curve(
                curve.depth(), Arrays.stream(curve.value()).map(Math::log).toArray());
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

    /**
     * An order in which relatives are neighbours: the leaves of average linkage (Sokal and Michener 1958), at each join the cluster with
     * the earlier subject first. O(n³).
     */
    List<Integer> order() {
        int n = subjects.size();
        double most = Arrays.stream(distance)
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .max()
                .orElse(1);
        List<List<Integer>> clusters = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            clusters.add(new ArrayList<>(List.of(i)));
        }
        while (clusters.size() > 1) {
            int first = 0;
            int second = 1;
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < clusters.size(); i++) {
                for (int j = i + 1; j < clusters.size(); j++) {
                    double linkage = linkage(clusters.get(i), clusters.get(j), 2 * most);
                    if (linkage < least) {
                        least = linkage;
                        first = i;
                        second = j;
                    }
                }
            }
            clusters.get(first).addAll(clusters.remove(second));
        }
        return clusters.isEmpty() ? List.of() : clusters.get(0);
    }

    /** Mean distance of members; those without a distance count as far apart. */
    private double linkage(List<Integer> a, List<Integer> b, double none) {
        double sum = 0;
        for (int i : a) {
            for (int j : b) {
                sum += Double.isNaN(distance[i][j]) ? none : distance[i][j];
            }
        }
        return sum / (a.size() * b.size());
    }
}
