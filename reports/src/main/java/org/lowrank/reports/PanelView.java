package org.lowrank.reports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a panel shows at one setting of its switches.
 *
 * @param index 0 for the panel's own series, k for its k-th alternative
 * @param reference the baseline, empty where it is not shown
 */
record PanelView(
        int index,
        Report.Axis x,
        Report.Axis y,
        boolean logX,
        boolean logY,
        List<Report.Series> series,
        List<Report.Series> reference) {

    /** Every setting of the panel's switches, the one it opens with first. */
    static List<PanelView> all(Report.Panel panel) {
        List<PanelView> views = new ArrayList<>();
        for (int index = 0; index <= panel.alternatives().size(); index++) {
            Report.Axis y =
                    index == 0 ? panel.y() : panel.alternatives().get(index - 1).y();
            for (boolean logX : choices(panel.x())) {
                for (boolean logY : choices(y)) {
                    PanelView withBaseline = of(panel, index, logX, logY, true);
                    if (!withBaseline.reference().isEmpty()) {
                        views.add(withBaseline);
                    }
                    views.add(of(panel, index, logX, logY, false));
                }
            }
        }
        return views;
    }

    private static List<Boolean> choices(Report.Axis axis) {
        return axis.switchable() ? List.of(axis.logarithmic(), !axis.logarithmic()) : List.of(axis.logarithmic());
    }

    static PanelView of(Report.Panel panel, int index, boolean logX, boolean logY, boolean baseline) {
        List<Report.Series> none = List.of();
        if (index == 0) {
            return new PanelView(
                    0, panel.x(), panel.y(), logX, logY, panel.series(), baseline ? panel.reference() : none);
        }
        Report.Alternative other = panel.alternatives().get(index - 1);
        return new PanelView(
                index, panel.x(), other.y(), logX, logY, other.series(), baseline ? other.reference() : none);
    }

    /** The same setting of another panel that has the same switches. */
    PanelView in(Report.Panel other) {
        return of(other, index, logX, logY, !reference.isEmpty());
    }

    List<double[]> abscissae() {
        return series.stream().map(Report.Series::x).toList();
    }

    /** Everything the vertical axis must show: lines, bands and baseline. */
    List<double[]> ordinates() {
        List<double[]> all = new ArrayList<>();
        boolean neverNegative =
                series.stream().flatMapToDouble(line -> Arrays.stream(line.y())).noneMatch(value -> value < 0);
        for (Report.Series line : series) {
            all.add(line.y());
            Band band = line.band();
            if (band != null && line.style() != Report.Style.FORBIDDEN) {
                double[] low = band.low().clone();
                for (int i = 0; i < low.length; i++) {
                    // a deviation that nearly reaches zero would stretch a logarithmic axis over empty decades
                    boolean lowered = !logY || band.deviation() == null || low[i] > line.y()[i] / 20;
                    low[i] = lowered ? low[i] : line.y()[i];
                    // nor does the axis of a loss or a norm go below zero because a band does
                    low[i] = neverNegative ? Math.max(0, low[i]) : low[i];
                }
                all.add(low);
                all.add(band.high());
            }
        }
        reference.forEach(line -> all.add(line.y()));
        return all;
    }
}
