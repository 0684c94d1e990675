package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
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

    /** Of more than these, only models with the same kinds in the same layers are compared. */
    static final int MOST_ACROSS = 5000;

    private static final int SHUFFLES = 20;
    private static final long SEED = 20260102;

    private final List<Subject> subjects;
    private final List<NormProfile> profiles;
    private final int mostAcross;

    Relatives(List<Subject> subjects) {
        this(subjects, MOST_ACROSS);
    }

    Relatives(List<Subject> subjects, int mostAcross) {
        this.subjects = subjects;
        this.mostAcross = mostAcross;
        this.profiles =
                subjects.stream().map(subject -> NormProfile.of(subject, null)).toList();
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

    /** [i][j] of all pairs, NaN where two have no kind in common. O(n²). */
    double[][] distance() {
        int n = subjects.size();
        double[][] distance = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                distance[i][j] = profiles.get(i).distance(profiles.get(j), Double.POSITIVE_INFINITY);
                distance[j][i] = distance[i][j];
            }
        }
        return distance;
    }

    private boolean isAcross() {
        return subjects.size() <= mostAcross;
    }

    /** What is to be added to a sentence on which were compared; empty where all were. */
    String compared() {
        return isAcross()
                ? ""
                : ". Of more than " + String.format(Locale.ROOT, "%,d", mostAcross)
                        + ", each is compared with those that have the same kinds of matrices in as many layers only";
    }

    /** The nearest relative of each that has one, in the order of the subjects. */
    List<Nearest> nearest() {
        int[] best = new NearestSearch(subjects, profiles, isAcross()).nearest();
        List<Nearest> all = new ArrayList<>();
        for (int i = 0; i < best.length; i++) {
            if (best[i] >= 0) {
                double distance = profiles.get(i).distance(profiles.get(best[i]), Double.POSITIVE_INFINITY);
                all.add(new Nearest(subjects.get(i), subjects.get(best[i]), distance, shuffled(i, best[i])));
            }
        }
        return all;
    }

    private double shuffled(int of, int relative) {
        Subject b = subjects.get(relative);
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
            drawn[draw] = profiles.get(of).distance(NormProfile.of(b, order), Double.POSITIVE_INFINITY);
        }
        return Medians.of(drawn);
    }

    /**
     * An order in which relatives are neighbours: the leaves of average linkage (Sokal and Michener 1958), at each join the cluster with
     * the earlier subject first. O(n³).
     */
    static List<Integer> order(double[][] distance) {
        int n = distance.length;
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
                    double linkage = linkage(distance, clusters.get(i), clusters.get(j), 2 * most);
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
    private static double linkage(double[][] distance, List<Integer> a, List<Integer> b, double none) {
        double sum = 0;
        for (int i : a) {
            for (int j : b) {
                sum += Double.isNaN(distance[i][j]) ? none : distance[i][j];
            }
        }
        return sum / (a.size() * b.size());
    }
}
