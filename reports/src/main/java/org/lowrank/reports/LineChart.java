package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One panel as SVG: axes, grid, bands, lines with markers, labels at the ends of lines. */
final class LineChart {
    private static final int LABEL_LIMIT = 9;
    private static final int MARKER_LIMIT = 40;
    private static final double LABEL_DISTANCE = 13;

    private final PanelView view;
    private final Map<String, Integer> slots;
    private final Ink ink;
    private final AxisScale x;
    private final AxisScale y;
    private final double left;
    private final double right;
    private final double top;
    private final double bottom;
    private final boolean endLabels;
    private final StringBuilder svg = new StringBuilder();

    /**
     * Lays a panel out in a rectangle.
     *
     * @param shared vertical axis shared with other panels, or null for one of its own
     * @param top pixel where the panel begins; room for a title is the caller's
     */
    LineChart(
            PanelView view,
            Map<String, Integer> slots,
            Ink ink,
            @Nullable AxisScale shared,
            double width,
            double top,
            double bottom) {
        this.view = view;
        this.slots = slots;
        this.ink = ink;
        endLabels = labelsEnds(view.series());
        right = width - (endLabels ? 16 + labelWidth(view.series()) : 12);
        this.top = top + 8;
        this.bottom = bottom - 40;
        AxisScale vertical = shared != null ? shared : vertical(view, this.bottom - this.top);
        y = vertical.at(this.bottom, this.top);
        left = 30
                + y.ticks().labels().stream()
                        .mapToDouble(LineChart::width)
                        .max()
                        .orElse(10);
        x = AxisScale.horizontal(view.abscissae(), view.logX(), (int) Math.max(2, (right - left) / 42))
                .at(left, right);
    }

    static AxisScale vertical(PanelView view, double height) {
        return AxisScale.vertical(view.ordinates(), view.logY(), (int) Math.max(2, height / 34));
    }

    /** Rough width of a label of 11 pixels; sub- and superscripts are smaller. */
    static double width(String text) {
        return text.length() * 6.3;
    }

    /** Whether lines are named at their ends: where the names are short and few. */
    static boolean labelsEnds(List<Report.Series> series) {
        return series.size() <= LABEL_LIMIT && labelWidth(series) <= 64;
    }

    private static double labelWidth(List<Report.Series> series) {
        return series.stream().mapToDouble(line -> width(line.name()) + 4).max().orElse(0);
    }

    /** Pixel where the horizontal axis begins. */
    double left() {
        return left;
    }

    /** The inside of an svg element. */
    String body() {
        grid();
        view.reference().forEach(this::reference);
        for (Report.Series series : view.series()) {
            series(series);
        }
        if (endLabels) {
            labels();
        }
        return svg.toString();
    }

    private void grid() {
        StringBuilder lines = new StringBuilder();
        for (double value : y.ticks().values()) {
            lines.append("M").append(at(left, y.pixel(value))).append("H").append(Ink.number(right));
        }
        path(ink.part("grid"), lines.toString());
        StringBuilder axis =
                new StringBuilder("M").append(at(left, bottom)).append("H").append(Ink.number(right));
        for (double value : x.ticks().values()) {
            axis.append("M").append(at(x.pixel(value), bottom)).append("v4");
        }
        path(ink.part("axis"), axis.toString());
        for (int i = 0; i < y.ticks().values().size(); i++) {
            double pixel = y.pixel(y.ticks().values().get(i)) + 4;
            svg.append(
                    ink.text("tick", left - 6, pixel, "end", y.ticks().labels().get(i)));
        }
        double free = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < x.ticks().values().size(); i++) {
            String label = x.ticks().labels().get(i);
            double pixel = x.pixel(x.ticks().values().get(i));
            if (pixel - width(label) / 2 > free) {
                svg.append(ink.text("tick", pixel, bottom + 17, "middle", label));
                free = pixel + width(label) / 2 + 4;
            }
        }
        svg.append(ink.text(
                "axis-title",
                (left + right) / 2,
                bottom + 34,
                "middle",
                view.x().title()));
        svg.append("<g transform=\"translate(12 ")
                .append(Ink.number((top + bottom) / 2))
                .append(") rotate(-90)\">");
        svg.append(ink.text("axis-title", 0, 0, "middle", view.y().title())).append("</g>");
    }

    private void reference(Report.Series series) {
        svg.append("<g").append(ink == Ink.PAGE ? " class=\"reference\">" : ">");
        path(ink == Ink.PAGE ? " class=\"baseline\"" : ink.part("leader") + " stroke-dasharray=\"2,3\"", line(series));
        int last = series.y().length - 1;
        if (last >= 0 && y.shows(series.y()[last])) {
            double pixel = y.clamped(series.y()[last]) - 4;
            svg.append(ink.text("tick", right - 2, pixel, "end", series.name()));
        }
        svg.append("</g>");
    }

    private void series(Report.Series series) {
        int slot = slots.getOrDefault(series.name(), 0);
        svg.append("<g data-series=\"").append(Ink.escape(series.name())).append("\">");
        double[] sd = series.sd();
        if (sd != null) {
            for (String band : bands(series, sd)) {
                path(ink.filled("band", slot), band);
            }
        }
        path(ink.line(slot, series.style()), line(series));
        if (series.x().length <= MARKER_LIMIT) {
            for (int i = 0; i < series.x().length; i++) {
                if (shows(series, i)) {
                    svg.append("<path").append(ink.filled("mark", slot)).append(" transform=\"translate(");
                    svg.append(at(x.pixel(series.x()[i]), y.clamped(series.y()[i])))
                            .append(")\" d=\"");
                    svg.append(Palette.marker(slot)).append("\"/>");
                }
            }
        }
        svg.append("</g>");
    }

    private boolean shows(Report.Series series, int i) {
        return x.shows(series.x()[i]) && y.shows(series.y()[i]);
    }

    private String line(Report.Series series) {
        StringBuilder path = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < series.x().length; i++) {
            if (shows(series, i)) {
                path.append(pen ? "L" : "M").append(at(x.pixel(series.x()[i]), y.clamped(series.y()[i])));
            }
            pen = shows(series, i);
        }
        return path.toString();
    }

    /** One area per unbroken stretch of the line: forward along the upper edge, back along the lower one. */
    private List<String> bands(Report.Series series, double[] sd) {
        List<String> bands = new ArrayList<>();
        StringBuilder upper = new StringBuilder();
        StringBuilder lower = new StringBuilder();
        for (int i = 0; i <= series.x().length; i++) {
            if (i < series.x().length && shows(series, i) && Double.isFinite(sd[i])) {
                double pixel = x.pixel(series.x()[i]);
                double mean = series.y()[i];
                upper.append(upper.length() == 0 ? "M" : "L").append(at(pixel, y.clamped(mean + sd[i])));
                lower.insert(0, "L" + at(pixel, y.clamped(mean - sd[i])));
            } else if (upper.length() > 0) {
                bands.add(upper.append(lower).append("z").toString());
                upper.setLength(0);
                lower.setLength(0);
            }
        }
        return bands;
    }

    private void labels() {
        List<Report.Series> ending = new ArrayList<>();
        List<double[]> ends = new ArrayList<>();
        for (Report.Series series : view.series()) {
            for (int i = series.x().length - 1; i >= 0; i--) {
                if (shows(series, i)) {
                    ending.add(series);
                    ends.add(new double[] {x.pixel(series.x()[i]), y.clamped(series.y()[i])});
                    break;
                }
            }
        }
        double[] wanted = ends.stream().mapToDouble(end -> end[1]).toArray();
        double distance = Math.min(LABEL_DISTANCE, (bottom - top + 8) / Math.max(1, wanted.length));
        double[] placed = EndLabels.place(wanted, distance, top, bottom);
        for (int i = 0; i < placed.length; i++) {
            Report.Series series = ending.get(i);
            int slot = slots.getOrDefault(series.name(), 0);
            svg.append("<g data-series=\"").append(Ink.escape(series.name())).append("\">");
            path(ink.part("leader"), "M" + at(ends.get(i)[0] + 5, ends.get(i)[1]) + "L" + at(right + 12, placed[i]));
            svg.append(ink.text("end f" + slot, right + 14, placed[i] + 4, "start", series.name()))
                    .append("</g>");
        }
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
