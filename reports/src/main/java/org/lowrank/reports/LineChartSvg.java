package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;

/** Draws a laid-out panel: axes, grid, bands, lines with markers, labels at the ends of lines. */
final class LineChartSvg {
    private final LineChart chart;
    private final AxisScale x;
    private final AxisScale y;
    private final StringBuilder svg = new StringBuilder();

    private LineChartSvg(LineChart chart) {
        this.chart = chart;
        x = chart.x;
        y = chart.y;
    }

    /** The inside of an svg element. */
    static String draw(LineChart chart) {
        LineChartSvg drawing = new LineChartSvg(chart);
        drawing.axes();
        chart.view.series().forEach(drawing::series);
        chart.ends().forEach(drawing::label);
        return drawing.svg.toString();
    }

    private void axes() {
        StringBuilder lines = new StringBuilder();
        for (double value : y.ticks().values()) {
            lines.append("M").append(at(chart.left, y.pixel(value))).append("H").append(Ink.number(chart.right));
        }
        path(Ink.part("grid"), lines.toString());
        StringBuilder axis = new StringBuilder("M").append(at(chart.left, chart.bottom));
        axis.append("H").append(Ink.number(chart.right));
        for (double value : x.ticks().values()) {
            axis.append("M").append(at(x.pixel(value), chart.bottom)).append("v4");
        }
        path(Ink.part("axis"), axis.toString());
        for (int i = 0; i < y.ticks().values().size(); i++) {
            double pixel = y.pixel(y.ticks().values().get(i)) + 4;
            svg.append(Ink.text(
                    "tick", chart.left - 6, pixel, "end", y.ticks().labels().get(i)));
        }
        for (int i = 0; i < x.ticks().values().size(); i++) {
            double pixel = x.pixel(x.ticks().values().get(i));
            svg.append(Ink.text(
                    "tick",
                    pixel,
                    chart.bottom + 17,
                    "middle",
                    x.ticks().labels().get(i)));
        }
        double middle = (chart.left + chart.right) / 2;
        svg.append(Ink.text(
                "axis-title",
                middle,
                chart.bottom + 34,
                "middle",
                chart.view.x().title()));
        svg.append("<g transform=\"translate(12 ").append(Ink.number((chart.top + chart.bottom) / 2));
        svg.append(") rotate(-90)\">");
        svg.append(Ink.text("axis-title", 0, 0, "middle", chart.view.y().title()))
                .append("</g>");
    }

    private void series(Report.Series series) {
        int slot = chart.slot(series);
        group(series.name());
        Band band = series.band();
        if (band != null) {
            for (String area : areas(series, band)) {
                path(Ink.filled(chart.hasManyBands() ? "faint" : "band", slot), area);
            }
        }
        if (series.style() != Report.Style.POINTS && !series.style().isArea()) {
            path(Ink.line(slot, series.style()), line(series));
        }
        for (int i = 0; i < series.x().length; i++) {
            if (chart.marks(series, i)) {
                svg.append("<path").append(Ink.filled("mark", slot)).append(" transform=\"translate(");
                svg.append(at(x.pixel(series.x()[i]), y.clamped(series.y()[i]))).append(")\" d=\"");
                svg.append(Palette.marker(slot)).append("\"/>");
            }
        }
        for (int i = 0; i < series.x().length; i++) {
            if (series.ringed().contains(i) && chart.shows(series, i)) {
                svg.append("<circle class=\"ring\" r=\"7\" cx=\"").append(Ink.number(x.pixel(series.x()[i])));
                svg.append("\" cy=\"")
                        .append(Ink.number(y.clamped(series.y()[i])))
                        .append("\"/>");
            }
        }
        svg.append("</g>");
    }

    private String line(Report.Series series) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < series.x().length; i++) {
            if (chart.shows(series, i)) {
                path.append(pen ? "L" : "M").append(at(x.pixel(series.x()[i]), y.clamped(series.y()[i])));
            }
            pen = chart.shows(series, i);
        }
        return path.toString();
    }

    /** One area per unbroken stretch of the line: forward along the upper edge, back along the lower one. */
    private List<String> areas(Report.Series series, Band band) {
        List<String> areas = new ArrayList<>();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (int i = 0; i <= series.x().length; i++) {
            if (i < series.x().length && chart.shows(series, i) && band.has(i)) {
                double pixel = x.pixel(series.x()[i]);
                upper.append(upper.length() == 0 ? "M" : "L").append(at(pixel, y.clamped(band.high()[i])));
                lower.insert(0, "L" + at(pixel, y.clamped(band.low()[i])));
            } else if (upper.length() > 0) {
                areas.add(upper.append(lower).append("z").toString());
                upper.setLength(0);
                lower.setLength(0);
            }
        }
        return areas;
    }

    private void label(LineChart.End end) {
        group(end.name());
        path(Ink.part("leader"), "M" + at(end.x() + 5, end.y()) + "L" + at(chart.right + 12, end.placed()));
        svg.append(Ink.text("end f" + end.slot(), chart.right + 14, end.placed() + 4, "start", end.name()));
        svg.append("</g>");
    }

    private void group(String name) {
        svg.append("<g data-series=\"").append(Ink.escape(name)).append("\">");
    }

    private void path(String attributes, String d) {
        if (!d.isEmpty()) {
            svg.append("<path").append(attributes).append(" d=\"").append(d).append("\"/>");
        }
    }

    private static String at(double px, double py) {
        return Ink.number(px) + "," + Ink.number(py);
    }
}
