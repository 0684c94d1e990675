package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A matrix that stands out from those of its kind in the other layers. The distance is a robust z on a logarithmic scale,
 * (ln x − med)/max(1.4826 · MAD, 0.05), with median and median absolute deviation of ln x over the kind: neither is moved by
 * the outliers themselves (Iglewicz and Hoaglin 1993), and scatter of less than 5 % is never called one.
 *
 * @param row the matrix
 * @param quantity in which it stands out
 * @param value of it
 * @param median of its kind
 * @param z robust distance, negative where it is smaller
 */
public record Outlier(MatrixMeasurement row, Quantity quantity, double value, double median, double z) {
    /** From here on: three and a half is Iglewicz and Hoaglin's; six keeps the ends of ordinary trends over depth out. */
    public static final double THRESHOLD = 6;

    /** And by at least this factor. */
    public static final double FACTOR = 1.25;

    /** With fewer of a kind, the median absolute deviation says nothing. */
    public static final int FEWEST = 5;

    static final Comparator<Outlier> FURTHEST_FIRST = Comparator.comparingDouble(one -> -Math.abs(one.z()));

    private static final double SCATTER = 0.05;

    /** What is compared over the layers. */
    public enum Quantity {
        FROBENIUS_NORM("norm"),
        STABLE_RANK("stable rank");

        private final String word;

        Quantity(String word) {
            this.word = word;
        }

        /** As in a sentence. */
        public String word() {
            return word;
        }

        double of(MatrixMeasurement row) {
            if (this == FROBENIUS_NORM) {
                return row.frobeniusNorm();
            }
            Double rank = row.stableRank();
            return rank == null ? 0 : rank;
        }
    }

    /** Those among the matrices of one kind; zero matrices have no logarithm and are warned of elsewhere. */
    static List<Outlier> of(List<MatrixMeasurement> rows, Quantity quantity) {
        List<MatrixMeasurement> positive =
                rows.stream().filter(row -> quantity.of(row) > 0).toList();
        if (positive.size() < FEWEST) {
            return List.of();
        }
        double[] logs =
                positive.stream().mapToDouble(row -> Math.log(quantity.of(row))).toArray();
        double median = Medians.of(logs);
        double deviation = 1.4826
                * Medians.of(Arrays.stream(logs).map(x -> Math.abs(x - median)).toArray());
        List<Outlier> outliers = new ArrayList<>();
        for (int i = 0; i < logs.length; i++) {
            double z = (logs[i] - median) / Math.max(deviation, SCATTER);
            if (Math.abs(z) >= THRESHOLD && Math.abs(logs[i] - median) >= Math.log(FACTOR)) {
                MatrixMeasurement row = positive.get(i);
                outliers.add(new Outlier(row, quantity, quantity.of(row), Math.exp(median), z));
            }
        }
        return outliers;
    }
}
