package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;

/**
 * From values to pixels along one axis, linear or logarithmic.
 *
 * @param from first value of the axis
 * @param to last value; larger than {@code from}
 * @param start pixel of {@code from}
 * @param end pixel of {@code to}; smaller than {@code start} on a vertical axis
 */
record AxisScale(double from, double to, boolean logarithmic, Ticks ticks, double start, double end) {

    /** Whether the value has a place on the axis: finite, and positive where it is logarithmic. */
    boolean shows(double value) {
        return Double.isFinite(value) && (!logarithmic || value > 0);
    }

    double pixel(double value) {
        double share = logarithmic
                ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from))
                : (value - from) / (to - from);
        return start + share * (end - start);
    }

    /** Like {@link #pixel}, never outside the axis: for bands that reach below zero on a logarithmic axis. */
    double clamped(double value) {
        return pixel(Math.min(to, Math.max(from, value)));
    }

    AxisScale at(double newStart, double newEnd) {
        return new AxisScale(from, to, logarithmic, ticks, newStart, newEnd);
    }

    /** Empties the labels that would touch the one before. */
    AxisScale withoutCrowdedLabels() {
        List<String> labels = new ArrayList<>();
        double free = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < ticks.values().size(); i++) {
            String label = ticks.labels().get(i);
            double pixel = pixel(ticks.values().get(i));
            double half = LineChart.width(label) / 2;
            labels.add(pixel - half > free ? label : "");
            free = pixel - half > free ? pixel + half + 4 : free;
        }
        return new AxisScale(from, to, logarithmic, new Ticks(ticks.values(), labels), start, end);
    }

    /** A horizontal axis ends where the data end. */
    static AxisScale horizontal(List<double[]> data, boolean logarithmic, int count) {
        double[] range = range(data, logarithmic);
        boolean log = range[2] > 0;
        if (log) {
            return new AxisScale(range[0], range[1], true, Ticks.logarithmic(range[0], range[1], count), 0, 1);
        }
        boolean whole = data.stream().allMatch(AxisScale::whole);
        Ticks ticks = linear(range, count, whole);
        // It seldom begins and ends on a tick, which may leave two of them between its ends, or one.
        boolean few = ticks.values().size() < 3;
        return new AxisScale(range[0], range[1], false, few ? linear(range, 2 * count, whole) : ticks, 0, 1);
    }

    private static Ticks linear(double[] range, int count, boolean whole) {
        return Ticks.linear(range[0], range[1], Ticks.step(range[1] - range[0], count, whole));
    }

    /** A vertical axis ends on a tick, and starts at zero where the data come near it. */
    static AxisScale vertical(List<double[]> data, boolean logarithmic, int count) {
        double[] range = range(data, logarithmic);
        double low = range[0];
        double high = range[1];
        if (range[2] > 0) {
            double pad = Math.exp(0.05 * (Math.log(high) - Math.log(low))); // high / low may overflow
            double from = Math.max(low / pad, Double.MIN_NORMAL);
            double to = Math.min(high * pad, Double.MAX_VALUE);
            return new AxisScale(from, to, true, Ticks.logarithmic(from, to, count), 1, 0);
        }
        if (low > 0 && low < 0.3 * high) {
            low = 0;
        }
        double step = Ticks.step(high - low, count, false);
        double from = Math.floor(low / step + 1e-9) * step;
        double to = Math.ceil(high / step - 1e-9) * step;
        return new AxisScale(from, to, false, Ticks.linear(from, to, step), 1, 0);
    }

    /** Smallest and largest value that can be shown, never equal; third 1 where the axis is logarithmic. */
    private static double[] range(List<double[]> data, boolean logarithmic) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (double[] values : data) {
            for (double value : values) {
                if (Double.isFinite(value) && (!logarithmic || value > 0)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
        }
        if (low > high) {
            return logarithmic ? range(data, false) : new double[] {0, 1, 0};
        }
        if (high - low <= 1e-12 * Math.abs(high)) {
            double around = high == 0 ? 1 : Math.abs(high) * 0.1;
            return new double[] {low - around, high + around, logarithmic ? 1 : 0};
        }
        return new double[] {low, high, logarithmic ? 1 : 0};
    }

    /** Whether marks between whole numbers would mean nothing: all are whole, or the edges of a bar around one. */
    private static boolean whole(double[] values) {
        boolean bar = values.length == 2 && values[0] > 0 && values[1] > values[0] && values[1] - values[0] < 1;
        if (bar) {
            double middle = (values[0] + values[1]) / 2;
            return Math.abs(middle - Math.rint(middle)) < 1e-9;
        }
        for (double value : values) {
            if (Double.isFinite(value) && value != Math.rint(value)) {
                return false;
            }
        }
        return true;
    }
}
