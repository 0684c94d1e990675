package org.lowrank.reports;

import java.util.Locale;

/**
 * The cells of one heat map: text of one format, and a class for the step of the colour ramp.
 *
 * @param low text of the smallest value
 * @param high text of the largest value
 */
record HeatCells(Report.HeatMap map, double from, double to, String format, String low, String high) {

    static HeatCells of(Report.HeatMap map) {
        double from = Double.POSITIVE_INFINITY;
        double to = Double.NEGATIVE_INFINITY;
        for (double[] row : map.values()) {
            for (double value : row) {
                if (Double.isFinite(value)) {
                    from = Math.min(from, value);
                    to = Math.max(to, value);
                }
            }
        }
        double largest = from > to ? 1 : Math.max(Math.abs(from), Math.abs(to));
        String format = largest >= 100 ? "%.0f" : largest >= 2 ? "%.1f" : largest >= 0.02 ? "%.2f" : "%.1e";
        String low = from > to ? "–" : String.format(Locale.ROOT, format, from);
        String high = from > to ? "–" : String.format(Locale.ROOT, format, to);
        return new HeatCells(map, from, to, format, low, high);
    }

    String text(int row, int column) {
        double value = map.values()[row][column];
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
    }

    String style(int row, int column) {
        double value = map.values()[row][column];
        if (!Double.isFinite(value)) {
            return "none";
        }
        double share = to > from ? (value - from) / (to - from) : 0.5;
        return "h" + Math.round(share * (HeatRamp.STEPS - 1));
    }
}
