package org.lowrank.analyzer.measurement;

import java.util.Locale;

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
}
