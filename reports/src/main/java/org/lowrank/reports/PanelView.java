package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;

/**
 * What a panel shows at one setting of its switches.
 *
 * @param reference the baseline, empty where it is not shown
 */
record PanelView(
        Report.Axis x,
        Report.Axis y,
        boolean logX,
        boolean logY,
        List<Report.Series> series,
        List<Report.Series> reference) {

    /** As the panel opens: its own axes, no alternative, no baseline. */
    static PanelView first(Report.Panel panel) {
        return new PanelView(
                panel.x(), panel.y(), panel.x().logarithmic(), panel.y().logarithmic(), panel.series(), List.of());
    }

    List<double[]> abscissae() {
        return series.stream().map(Report.Series::x).toList();
    }

    /** Everything the vertical axis must show: lines, bands and baseline. */
    List<double[]> ordinates() {
        List<double[]> all = new ArrayList<>();
        for (Report.Series line : series) {
            all.add(line.y());
            double[] sd = line.sd();
            if (sd != null) {
                double[] low = line.y().clone();
                double[] high = line.y().clone();
                for (int i = 0; i < sd.length; i++) {
                    boolean lowered = !logY || low[i] - sd[i] > low[i] / 20;
                    low[i] -= lowered ? sd[i] : 0;
                    high[i] += sd[i];
                }
                all.add(low);
                all.add(high);
            }
        }
        reference.forEach(line -> all.add(line.y()));
        return all;
    }
}
