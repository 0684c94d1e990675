package org.lowrank.trainer.output;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.task.RandomStream;

/**
 * Spearman's rank correlation ρ: Pearson's of the ranks, ties with their mean rank; in [−1, 1], NaN where one side is constant.
 * What chance gives is the 95 % quantile of |ρ| over random orders of one side (10,000 from a fixed seed). Spearman 1904.
 *
 * @param rho ρ
 * @param quantile below which |ρ| of 95 % of the random orders lies
 * @param count of pairs
 */
record RankCorrelation(double rho, double quantile, int count) {
    private static final int ORDERS = 10_000;
    private static final double LEVEL = 0.95;

    static RankCorrelation of(double[] x, double[] y) {
        double[] a = ranks(x);
        double[] b = ranks(y);
        int[] order = IntStream.range(0, b.length).toArray();
        RandomStream random = new RandomStream(b.length);
        double[] chance = new double[ORDERS];
        for (int i = 0; i < ORDERS; i++) {
            random.shuffle(order);
            chance[i] = Math.abs(
                    pearson(a, Arrays.stream(order).mapToDouble(j -> b[j]).toArray()));
        }
        Arrays.sort(chance);
        return new RankCorrelation(pearson(a, b), chance[(int) (LEVEL * ORDERS)], x.length);
    }

    /** ρ alone; NaN where one side is constant. */
    static double rho(double[] x, double[] y) {
        return pearson(ranks(x), ranks(y));
    }

    /** Whether chance gives as much; also where nothing is defined. */
    boolean isChance() {
        return !(Math.abs(rho) > quantile);
    }

    String text() {
        return NumberText.of(rho) + (isChance() ? " (chance)" : "");
    }

    private static double[] ranks(double[] values) {
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] ranks = new double[values.length];
        int from = 0;
        while (from < order.length) {
            int to = from;
            while (to + 1 < order.length && values[order[to + 1]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i <= to; i++) {
                ranks[order[i]] = (from + to) / 2.0;
            }
            from = to + 1;
        }
        return ranks;
    }

    private static double pearson(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(Double.NaN);
        double meanB = Arrays.stream(b).average().orElse(Double.NaN);
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return ab / Math.sqrt(aa * bb);
    }
}
