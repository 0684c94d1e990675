package org.lowrank.analyzer.output;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Cell;

/** Cells of tables, and the few formats they share. */
final class Cells {
    private Cells() {}

    static Cell text(String text) {
        return new Cell(text, null);
    }

    static Cell number(double value, int decimals) {
        return cell(value, v -> NumberText.decimals(v, decimals));
    }

    static Cell significant(double value, int digits) {
        return cell(value, v -> NumberText.significant(v, digits));
    }

    /** A number that was chosen, not measured. */
    static Cell exact(double value) {
        return cell(value, NumberText::exact);
    }

    private static Cell cell(double value, Function<Double, String> text) {
        return Double.isNaN(value) ? new Cell("", null) : new Cell(text.apply(value), (Double) value);
    }

    static String count(long value) {
        return NumberText.decimals(value, 0);
    }

    static double orNaN(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }
}
