package org.lowrank.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A figure as the page shows it: every panel laid out for every setting of its switches, the first one drawn.
 *
 * @param oneLegend whether a panel shows every series there is, so that one legend serves them all
 * @param legend empty where a single line needs none
 */
record Figure(
        Report.FigureSection section,
        Map<String, Integer> slots,
        int columns,
        boolean oneLegend,
        List<Entry> legend,
        List<DrawnPanel> panels) {
    private static final int MOST_CHIPS = 12;

    /**
     * A panel with its first paint.
     *
     * @param charts for wide screens, then where those differ for narrow ones, each for every setting of the switches
     */
    record DrawnPanel(Report.Panel panel, List<LineChart> charts, String svg, List<Entry> legend) {}

    /** A line of a legend. */
    record Entry(String name, int slot, Report.Style style) {}

    /** Size of a panel in pixels: the fewer in a row, the larger. */
    private enum Size {
        ONE(900, 360),
        TWO(590, 320),
        THREE(400, 270),
        FOUR(300, 230),
        /** On a telephone or side by side on paper, where the text of the large ones would be too small to read. */
        NARROW(400, 300);

        final int width;
        final int height;

        Size(int width, int height) {
            this.width = width;
            this.height = height;
        }
    }

    static Figure of(Report.FigureSection section) {
        Map<String, Integer> slots = Palette.slots(section.panels());
        Set<String> every = section.panels().stream()
                .map(Figure::names)
                .flatMap(List::stream)
                .collect(Collectors.toSet());
        boolean oneLegend = section.panels().isEmpty()
                || section.panels().stream().anyMatch(panel -> names(panel).containsAll(every));
        int columns = Math.max(
                1, Math.min(4, Math.min(section.columns(), section.panels().size())));
        Size size = Size.values()[columns - 1];
        List<DrawnPanel> drawn = new ArrayList<>();
        for (Report.Panel panel : section.panels()) {
            List<LineChart> charts = new ArrayList<>(charts(section, panel, slots, size));
            LineChart first = charts.get(0);
            if (columns <= 2) {
                charts.addAll(charts(section, panel, slots, Size.NARROW));
            }
            String svg = "<svg viewBox=\"0 0 " + size.width + " " + size.height + "\" role=\"img\" aria-label=\""
                    + Ink.escape(description(panel)) + "\">" + LineChartSvg.draw(first) + "</svg>";
            drawn.add(new DrawnPanel(panel, charts, svg, legend(List.of(panel), slots)));
        }
        return new Figure(section, slots, columns, oneLegend, legend(section.panels(), slots), drawn);
    }

    private static List<LineChart> charts(
            Report.FigureSection section, Report.Panel panel, Map<String, Integer> slots, Size size) {
        List<LineChart> charts = new ArrayList<>();
        for (PanelView view : PanelView.all(panel)) {
            charts.add(new LineChart(view, slots, sharedAxis(section, view), size.width, size.height));
        }
        return charts;
    }

    /** Of the lines a legend tells apart. */
    private static List<String> names(Report.Panel panel) {
        return panel.series().stream()
                .filter(series -> series.style() != Report.Style.THIN)
                .map(Report.Series::name)
                .sorted()
                .toList();
    }

    private static List<Entry> legend(List<Report.Panel> panels, Map<String, Integer> slots) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (Report.Panel panel : panels) {
            for (Report.Series series : panel.series()) {
                if (series.style() != Report.Style.THIN) {
                    int slot = slots.getOrDefault(series.name(), 0);
                    entries.putIfAbsent(series.name(), new Entry(series.name(), slot, series.style()));
                }
            }
        }
        return entries.size() < 2 ? List.of() : List.copyOf(entries.values());
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

    /** Many lines that count something are told apart by a bar of their colours: a chip each would fill the screen. */
    static List<Entry> counted(List<Entry> entries) {
        List<Entry> counted =
                entries.stream().filter(entry -> Palette.isRamp(entry.slot())).toList();
        return counted.size() > MOST_CHIPS ? counted : List.of();
    }

    /** Those that have a chip of their own. */
    static List<Entry> chips(List<Entry> entries) {
        List<Entry> counted = counted(entries);
        return entries.stream().filter(entry -> !counted.contains(entry)).toList();
    }

    /** What a screen reader says of a panel; the numbers themselves are in the page's tables. */
    static String description(Report.Panel panel) {
        return "Line chart: " + panel.title() + ". " + panel.y().title() + " against "
                + panel.x().title() + " for " + String.join(", ", names(panel));
    }
}
