package org.lowrank.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A figure as the page shows it: every panel laid out for every setting of its switches, the first one drawn.
 *
 * @param oneLegend whether all panels show the same series, so that one legend serves them
 */
record Figure(
        Report.FigureSection section,
        Map<String, Integer> slots,
        int columns,
        int width,
        int height,
        boolean oneLegend,
        List<Entry> legend,
        List<DrawnPanel> panels) {

    /** A panel with its first paint. */
    record DrawnPanel(Report.Panel panel, List<LineChart> charts, String svg, List<Entry> legend) {}

    /** A line of a legend. */
    record Entry(String name, int slot, Report.Style style) {}

    static Figure of(Report.FigureSection section) {
        Map<String, Integer> slots = Palette.slots(section.panels());
        boolean oneLegend =
                section.panels().stream().map(Figure::names).distinct().count() <= 1;
        int columns = Math.max(
                1, Math.min(4, Math.min(section.columns(), section.panels().size())));
        int width = columns >= 4 ? 300 : columns == 3 ? 400 : columns == 2 ? 590 : 1000;
        int height = columns >= 4 ? 230 : columns == 3 ? 270 : columns == 2 ? 340 : 380;
        List<DrawnPanel> drawn = new ArrayList<>();
        for (Report.Panel panel : section.panels()) {
            List<LineChart> charts = new ArrayList<>();
            for (PanelView view : PanelView.all(panel)) {
                charts.add(new LineChart(view, slots, sharedAxis(section, view), width, 0, height));
            }
            String svg = "<svg viewBox=\"0 0 " + width + " " + height + "\" role=\"img\" aria-label=\""
                    + Ink.escape(description(panel)) + "\">" + LineChartSvg.draw(charts.get(0), Ink.PAGE) + "</svg>";
            drawn.add(new DrawnPanel(panel, charts, svg, legend(List.of(panel), slots)));
        }
        return new Figure(section, slots, columns, width, height, oneLegend, legend(section.panels(), slots), drawn);
    }

    private static List<String> names(Report.Panel panel) {
        return panel.series().stream().map(Report.Series::name).sorted().toList();
    }

    private static List<Entry> legend(List<Report.Panel> panels, Map<String, Integer> slots) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Report.Panel panel : panels) {
            for (Report.Series series : panel.series()) {
                int slot = slots.getOrDefault(series.name(), 0);
                entries.putIfAbsent(series.name(), new Entry(series.name(), slot, series.style()));
            }
        }
        return List.copyOf(entries.values());
    }

    /** Small multiples of one quantity share their vertical axis. */
    private static @Nullable AxisScale sharedAxis(Report.FigureSection section, PanelView view) {
        List<Report.Panel> panels = section.panels();
        boolean same = panels.stream().map(Report.Panel::y).distinct().count() == 1
                && panels.stream().allMatch(panel -> panel.alternatives().size() >= view.index());
        if (section.columns() < 3 || panels.size() < 3 || !same) {
            return null;
        }
        List<Report.Series> series = new ArrayList<>();
        List<Report.Series> reference = new ArrayList<>();
        for (Report.Panel panel : panels) {
            series.addAll(view.in(panel).series());
            reference.addAll(view.in(panel).reference());
        }
        PanelView together =
                new PanelView(view.index(), view.x(), view.y(), view.logX(), view.logY(), series, reference);
        return LineChart.vertical(together, 180);
    }

    /** What a screen reader says of a panel; the numbers themselves are in the page's tables. */
    static String description(Report.Panel panel) {
        return "Line chart: " + panel.title() + ". " + panel.y().title() + " against "
                + panel.x().title() + " for " + String.join(", ", names(panel));
    }
}
