package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;

/** Where an axis is marked, and how: all labels of one axis are formatted alike. */
record Ticks(List<Double> values, List<String> labels) {
    /** Multiples of 1, 2, 2.5 or 5 × 10ᵏ within [from, to], about {@code count} of them. */
    static Ticks linear(double from, double to, double step) {
        List<Double> values = new ArrayList<>();
        for (long k = Math.round(Math.ceil(from / step - 1e-6)); k * step <= to + step * 1e-6; k++) {
            values.add(k * step);
        }
        int decimals = 0;
        while (decimals < 9 && !isWhole(step * Math.pow(10, decimals))) {
            decimals++;
        }
        boolean scientific = Math.max(Math.abs(from), Math.abs(to)) >= 1e6 || decimals > 5;
        int places = decimals;
        List<String> labels = values.stream()
                .map(v -> scientific ? NumberText.significant(v, 2) : NumberText.decimals(v, places))
                .toList();
        return new Ticks(values, labels);
    }

    /** The smallest of 1, 2, 2.5, 5 × 10ᵏ that divides the range into at most {@code count} steps. */
    static double step(double range, int count, boolean whole) {
        double raw = Math.max(range, Double.MIN_NORMAL) / Math.max(1, count);
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        for (double factor : new double[] {1, 2, 2.5, 5, 10}) {
            double step = factor * power;
            if (step >= raw * (1 - 1e-9) && (!whole || isWhole(step))) {
                return step;
            }
        }
        return 1;
    }

    /** Whole decades where the axis spans two or more; 1-2-5, then every digit, then linear ones where it spans less. */
    static Ticks logarithmic(double from, double to, int count) {
        double decades = Math.log10(to) - Math.log10(from); // to / from may overflow
        if (decades >= 2) {
            int every = Math.max(1, (int) Math.ceil(decades / count));
            return decades(from, to, every);
        }
        List<Double> values = multiples(from, to, new int[] {1, 2, 5});
        if (values.size() < 3) {
            values = multiples(from, to, new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
        }
        if (values.size() < 3) {
            return linear(from, to, step(to - from, Math.min(5, count), false));
        }
        return new Ticks(values, values.stream().map(Ticks::plain).toList());
    }

    private static Ticks decades(double from, double to, int every) {
        List<Double> values = new ArrayList<>();
        int first = (int) Math.ceil(Math.log10(from) - 1e-9);
        int last = (int) Math.floor(Math.log10(to) + 1e-9);
        for (int k = first; k <= last; k++) {
            if (Math.floorMod(k, every) == 0) {
                values.add(Math.pow(10, k));
            }
        }
        boolean powers = first < -2 || last > 2;
        List<String> labels = values.stream()
                .map(v -> powers ? NumberText.power((int) Math.round(Math.log10(v))) : plain(v))
                .toList();
        return new Ticks(values, labels);
    }

    private static List<Double> multiples(double from, double to, int[] digits) {
        List<Double> values = new ArrayList<>();
        for (int k = (int) Math.floor(Math.log10(from)); Math.pow(10, k) <= to; k++) {
            for (int digit : digits) {
                double value = digit * Math.pow(10, k);
                if (value >= from * (1 - 1e-9) && value <= to * (1 + 1e-9)) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    private static String plain(double value) {
        if (value >= 1e6 || value < 1e-4) {
            return NumberText.significant(value, 1);
        }
        return NumberText.decimals(value, Math.max(0, (int) -Math.floor(Math.log10(value) + 1e-9)));
    }

    private static boolean isWhole(double value) {
        return value >= 1 - 1e-9 && Math.abs(value - Math.rint(value)) < 1e-6 * Math.max(1, value);
    }
}
