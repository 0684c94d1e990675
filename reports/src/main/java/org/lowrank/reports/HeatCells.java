package org.lowrank.reports;

import java.util.List;
import java.util.Locale;

/**
 * One quantity of a heat map in all its tables: text of one format, and a class for the step of one colour ramp, so that tables
 * of different models compare.
 *
 * @param from smallest value
 * @param to largest value
 */
record HeatCells(double from, double to, String format) {
    private static final int LONGEST_KIND = 6;

    /** Names of the quantities, in their order. */
    static List<String> quantities(Report.HeatMapSection section) {
        return section.grids().isEmpty()
                ? List.of()
                : section.grids().get(0).maps().stream()
                        .map(Report.HeatMap::label)
                        .toList();
    }

    static HeatCells of(Report.HeatMapSection section, int quantity) {
        double from = Double.POSITIVE_INFINITY;
        double to = Double.NEGATIVE_INFINITY;
        for (Report.HeatGrid grid : section.grids()) {
            for (double[] row : grid.maps().get(quantity).values()) {
                for (double value : row) {
                    from = Double.isFinite(value) ? Math.min(from, value) : from;
                    to = Double.isFinite(value) ? Math.max(to, value) : to;
                }
            }
        }
        double largest = Math.max(Math.abs(from), Math.abs(to));
        // three digits of the largest, and so many that neighbouring colours have different numbers
        int decimals = largest >= 100 ? 0 : largest >= 10 ? 1 : largest >= 0.1 ? 2 : largest >= 0.001 ? 4 : 6;
        return new HeatCells(from, to, "%." + decimals + "f");
    }

    /**
     * Cells of many columns have small numbers, of very many none: their value is told where they are pointed at. Beside those
     * the rows' names have a width of their own, larger where they are names and not kinds of matrices.
     */
    static String density(Report.HeatGrid grid) {
        int columns = grid.columns().size();
        boolean named = grid.rows().stream().anyMatch(row -> row.length() > LONGEST_KIND);
        return columns > 40 ? " dense tiny" + (named ? " named" : "") : columns > 26 ? " dense" : "";
    }

    String low() {
        return from > to ? "–" : text(from);
    }

    String high() {
        return from > to ? "–" : text(to);
    }

    String text(double value) {
        return Double.isFinite(value)
                ? String.format(Locale.ROOT, format, value).replace('-', '−')
                : "";
    }

    String style(double value) {
        if (!Double.isFinite(value)) {
            return "none";
        }
        double share = to > from ? (value - from) / (to - from) : 0.5;
        return "h" + Math.round(share * (HeatRamp.STEPS - 1));
    }
}
