package org.lowrank.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A figure as the page shows it: every panel already drawn.
 *
 * @param oneLegend whether all panels show the same series, so that one legend serves them
 */
record Figure(
        Report.FigureSection section, int columns, boolean oneLegend, List<Entry> legend, List<DrawnPanel> panels) {

    /** A panel's first paint. */
    record DrawnPanel(String id, String title, String svg, List<Entry> legend) {}

    /** A line of a legend. */
    record Entry(String name, int slot, Report.Style style) {}

    static Figure of(Report.FigureSection section) {
        Map<String, Integer> slots = Palette.slots(section.panels());
        boolean oneLegend =
                section.panels().stream().map(Figure::names).distinct().count() <= 1;
        int columns = Math.max(
                1, Math.min(4, Math.min(section.columns(), section.panels().size())));
        AxisScale shared = sharedAxis(section);
        List<DrawnPanel> drawn = new ArrayList<>();
        for (Report.Panel panel : section.panels()) {
            drawn.add(new DrawnPanel(
                    panel.id(), panel.title(), svg(panel, slots, shared, columns), legend(List.of(panel), slots)));
        }
        return new Figure(section, columns, oneLegend, legend(section.panels(), slots), drawn);
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
    private static @Nullable AxisScale sharedAxis(Report.FigureSection section) {
        boolean same = section.panels().stream().map(Report.Panel::y).distinct().count() == 1;
        if (section.columns() < 3 || section.panels().size() < 3 || !same) {
            return null;
        }
        List<Report.Series> all = section.panels().stream()
                .flatMap(panel -> panel.series().stream())
                .toList();
        Report.Panel first = section.panels().get(0);
        PanelView view = PanelView.first(
                new Report.Panel(first.id(), first.title(), first.x(), first.y(), all, List.of(), List.of()));
        return LineChart.vertical(view, 200);
    }

    private static String svg(Report.Panel panel, Map<String, Integer> slots, @Nullable AxisScale shared, int columns) {
        int width = columns >= 3 ? 400 : columns == 2 ? 590 : 900;
        int height = columns >= 3 ? 260 : 340;
        LineChart chart = new LineChart(PanelView.first(panel), slots, Ink.PAGE, shared, width, 0, height);
        return "<svg viewBox=\"0 0 " + width + " " + height + "\" role=\"img\" aria-label=\""
                + Ink.escape(description(panel)) + "\">" + chart.body() + "</svg>";
    }

    /** What a screen reader says of a panel; the numbers themselves are in the page's tables. */
    private static String description(Report.Panel panel) {
        return "Line chart: " + panel.title() + ". " + panel.y().title() + " against "
                + panel.x().title() + " for " + String.join(", ", names(panel));
    }
}
