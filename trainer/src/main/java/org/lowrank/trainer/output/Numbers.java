package org.lowrank.trainer.output;

import java.util.Locale;

/** Numbers in sentences. */
final class Numbers {
    private Numbers() {}

    /** Three significant digits, scientific where that is shorter to read: 0.0421, 3.92e-4, 1.3e5. */
    static String of(double value) {
        double size = Math.abs(value);
        if (value == 0) {
            return "0";
        }
        if (size >= 1e-2 && size < 1e4) {
            int decimals = Math.max(0, 2 - (int) Math.floor(Math.log10(size)));
            return String.format(Locale.ROOT, "%." + decimals + "f", value);
        }
        String text = String.format(Locale.ROOT, "%.2e", value);
        return text.replaceFirst("\\.?0+e", "e")
                .replace("e-0", "e-")
                .replace("e+0", "e")
                .replace("e+", "e");
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.1f %%" : "%.0f %%", 100 * share);
    }
}
