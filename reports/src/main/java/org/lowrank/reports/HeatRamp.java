package org.lowrank.reports;

import java.util.Locale;

/** The colours of heat maps as style rules: one hue from pale to deep, text black or white by the colour's luminance. */
final class HeatRamp {
    static final int STEPS = 32;
    private static final int[][] LIGHT = {{0xf3, 0xf7, 0xfc}, {0x9f, 0xb9, 0xdc}, {0x3d, 0x66, 0xa8}, {0x08, 0x2b, 0x66}
    };
    private static final int[][] DARK = {{0x1a, 0x22, 0x30}, {0x21, 0x48, 0x7e}, {0x3f, 0x83, 0xcf}, {0xc4, 0xe2, 0xff}
    };

    private HeatRamp() {}

    static String light() {
        return rules("", LIGHT);
    }

    static String dark(String scope) {
        return rules(scope + " ", DARK);
    }

    private static String rules(String scope, int[][] stops) {
        StringBuilder css = new StringBuilder();
        for (int step = 0; step < STEPS; step++) {
            int[] colour = colour(stops, step / (STEPS - 1.0));
            css.append(String.format(
                    Locale.ROOT,
                    "%s.h%d{background:#%02x%02x%02x;color:%s}%n",
                    scope,
                    step,
                    colour[0],
                    colour[1],
                    colour[2],
                    textOn(colour)));
        }
        return css.toString().replace("\r", "");
    }

    static int[] colour(int[][] stops, double share) {
        double place = share * (stops.length - 1);
        int before = Math.min(stops.length - 2, (int) place);
        int[] mixed = new int[3];
        for (int c = 0; c < 3; c++) {
            mixed[c] =
                    (int) Math.round(stops[before][c] + (place - before) * (stops[before + 1][c] - stops[before][c]));
        }
        return mixed;
    }

    /** Whichever of near-black and white has the larger contrast (WCAG 2: (L1 + 0.05) / (L2 + 0.05)). */
    static String textOn(int[] colour) {
        double luminance = luminance(colour);
        double onWhite = 1.05 / (luminance + 0.05);
        double onBlack = (luminance + 0.05) / 0.05;
        return onWhite > onBlack ? "#fff" : "#000";
    }

    /** Relative luminance of an sRGB colour, WCAG 2. */
    static double luminance(int[] colour) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            double share = colour[c] / 255.0;
            sum += weights[c] * (share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
