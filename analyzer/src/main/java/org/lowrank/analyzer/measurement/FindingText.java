package org.lowrank.analyzer.measurement;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers as findings write them. */
final class FindingText {
    private FindingText() {}

    static String times(double ratio) {
        return "×" + decimal(ratio, 2);
    }

    static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    static String percent(double share) {
        return share > 0 && share < 0.005 ? "< 0.5 %" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** Which matrix of which layer. */
    static String where(MatrixMeasurement row) {
        return row.matrix() + " in layer " + row.id().layerText();
    }

    /** A stable rank; not a number for a zero matrix. */
    static double rank(MatrixMeasurement row) {
        Double rank = row.stableRank();
        return rank == null ? Double.NaN : rank;
    }

    /** {@code QKV 12.3, M1 4.5}: the medians of some kinds. */
    static String medians(Map<String, Double> of, int digits, String... kinds) {
        return Arrays.stream(kinds)
                .map(kind -> kind + " " + decimal(of.getOrDefault(kind, Double.NaN), digits))
                .collect(Collectors.joining(", "));
    }
}
