package org.lowrank.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the page's script reads: data blocks of JSON in which no {@code <} occurs, so that none can end the block. */
final class PageData {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Characters of a file the page carries. */
    static final int LARGEST_EMBEDDED = 2_000_000;

    private PageData() {}

    /** The files offered for download, byte for byte. */
    static String downloads(Report report) {
        ObjectNode node = JSON.createObjectNode();
        Report.Download csv = embedded(report.csv());
        if (csv != null) {
            node.set("csv", download(csv, "text/csv"));
        }
        Report.Download json = embedded(report.json());
        if (json != null) {
            node.set("json", download(json, "application/json"));
        }
        return text(node);
    }

    /** A file small enough to be carried inside the page, else null: it lies beside it. */
    static Report.@Nullable Download embedded(Report.@Nullable Download file) {
        return file == null || file.content().length() > LARGEST_EMBEDDED ? null : file;
    }

    private static ObjectNode download(Report.Download download, String type) {
        return JSON.createObjectNode()
                .put("name", download.fileName())
                .put("type", type)
                .put("content", download.content());
    }

    /** The numbers of every panel, and where each setting of its switches puts them. */
    static String figures(Report report, List<Figure> figures) {
        ObjectNode page = JSON.createObjectNode()
                .put("markup", RichText.MARKUP.pattern())
                .put("file", report.lead().file())
                .put("footer", report.lead().footer());
        ObjectNode all = page.putObject("figures");
        figures.forEach(figure -> all.set(figure.section().id(), tree(figure)));
        return text(page);
    }

    /** The same of one figure alone, for drawing it in Java. */
    static String figure(Figure figure, String footer) {
        return text(tree(figure).put("footer", footer));
    }

    private static ObjectNode tree(Figure figure) {
        ObjectNode node = JSON.createObjectNode()
                .put("title", figure.section().title())
                .put("columns", figure.columns())
                .put("oneLegend", figure.oneLegend());
        node.set("colours", JSON.valueToTree(Palette.LIGHT));
        ArrayNode panels = node.putArray("panels");
        figure.panels().forEach(panel -> panels.add(panel(panel, figure)));
        return node;
    }

    private static ObjectNode panel(Figure.DrawnPanel drawn, Figure figure) {
        Report.Panel panel = drawn.panel();
        ObjectNode node = JSON.createObjectNode()
                .put("id", panel.id())
                .put("title", panel.title())
                .put("description", Figure.description(panel));
        node.set("x", axis(panel.x()));
        ArrayNode views = node.putArray("views");
        views.add(view(panel.reading(), panel.y(), panel.series(), panel.reference(), figure));
        for (Report.Alternative other : panel.alternatives()) {
            views.add(view(other.label(), other.y(), other.series(), other.reference(), figure));
        }
        ArrayNode layouts = node.putArray("layouts");
        int wide = drawn.charts().get(0).width;
        drawn.charts().forEach(chart -> layouts.add(layout(chart).put("narrow", chart.width < wide)));
        return node;
    }

    private static ObjectNode view(
            String label, Report.Axis y, List<Report.Series> series, List<Report.Series> reference, Figure figure) {
        ObjectNode node = JSON.createObjectNode().put("label", label);
        node.set("y", axis(y));
        ArrayNode lines = node.putArray("series");
        series.forEach(s -> lines.add(series(s, figure.slots())));
        ArrayNode baseline = node.putArray("reference");
        reference.forEach(s -> baseline.add(series(s, figure.slots())));
        return node;
    }

    private static ObjectNode axis(Report.Axis axis) {
        return JSON.createObjectNode()
                .put("title", axis.title())
                .put("log", axis.logarithmic())
                .put("switchable", axis.switchable());
    }

    private static ObjectNode layout(LineChart chart) {
        ObjectNode node = JSON.createObjectNode()
                .put("view", chart.view.index())
                .put("logX", chart.view.logX())
                .put("logY", chart.view.logY())
                .put("baseline", !chart.view.reference().isEmpty())
                .put("width", chart.width)
                .put("height", chart.height);
        node.set("box", JSON.valueToTree(new double[] {chart.left, chart.top, chart.right, chart.bottom}));
        node.set("x", scale(chart.x));
        node.set("y", scale(chart.y));
        ArrayNode baselines = node.putArray("baselines");
        for (LineChart.BaselineName name : chart.baselineNames()) {
            baselines
                    .addObject()
                    .put("name", name.name())
                    .put("x", round(name.x()))
                    .put("y", round(name.y()));
        }
        ArrayNode ends = node.putArray("ends");
        for (LineChart.End end : chart.ends()) {
            ends.addObject()
                    .put("name", end.name())
                    .put("x", round(end.x()))
                    .put("y", round(end.y()))
                    .put("at", round(end.placed()));
        }
        return node;
    }

    private static ObjectNode scale(AxisScale scale) {
        ObjectNode node = JSON.createObjectNode().put("log", scale.logarithmic());
        node.set("domain", JSON.valueToTree(new double[] {scale.from(), scale.to()}));
        node.set("ticks", JSON.valueToTree(scale.ticks().values()));
        node.set("labels", JSON.valueToTree(scale.ticks().labels()));
        return node;
    }

    private static double round(double pixel) {
        return Math.round(pixel * 10) / 10.0;
    }

    private static ObjectNode series(Report.Series series, Map<String, Integer> slots) {
        ObjectNode node = JSON.createObjectNode()
                .put("name", series.name())
                .put("slot", slots.getOrDefault(series.name(), 0))
                .put("style", series.style().name());
        node.set("x", numbers(series.x()));
        node.set("y", numbers(finite(series.y())));
        Band band = series.band();
        if (band != null && band.deviation() != null) {
            node.set("sd", numbers(band.deviation()));
        } else if (band != null) {
            node.set("low", numbers(band.low()));
            node.set("high", numbers(band.high()));
        }
        if (!series.ringed().isEmpty()) {
            ArrayNode ringed = node.putArray("ringed");
            series.ringed().stream().sorted().forEach(ringed::add);
        }
        return node;
    }

    private static double[] finite(double[] values) {
        return Arrays.stream(values)
                .map(value -> Double.isFinite(value) ? value : Double.NaN)
                .toArray();
    }

    /** Missing values are null: JSON has no NaN. What reaches to the end of an axis ends there all the same. */
    private static ArrayNode numbers(double[] values) {
        ArrayNode array = JSON.createArrayNode();
        for (double value : values) {
            if (Double.isNaN(value)) {
                array.addNull();
            } else if (Double.isInfinite(value)) {
                array.add(Math.copySign(Double.MAX_VALUE, value));
            } else if (value == Math.rint(value) && Math.abs(value) < 1e9) {
                array.add((long) value);
            } else {
                array.add(value);
            }
        }
        return array;
    }

    private static String text(ObjectNode node) {
        try {
            return Hidden.escaped(JSON.writeValueAsString(node).replace("<", "\\u003c"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
