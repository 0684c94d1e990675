package org.lowrank.reports;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** What the page's script reads: data blocks of JSON in which no {@code <} occurs, so that none can end the block. */
final class PageData {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PageData() {}

    /** The files offered for download, byte for byte. */
    static String downloads(Report report) {
        ObjectNode node = JSON.createObjectNode();
        Report.Download csv = report.csv();
        if (csv != null) {
            node.set("csv", download(csv, "text/csv"));
        }
        Report.Download json = report.json();
        if (json != null) {
            node.set("json", download(json, "application/json"));
        }
        return text(node);
    }

    private static ObjectNode download(Report.Download download, String type) {
        return JSON.createObjectNode()
                .put("name", download.fileName())
                .put("type", type)
                .put("content", download.content());
    }

    /** The numbers of every panel. */
    static String figures(Report report) {
        ObjectNode figures = JSON.createObjectNode();
        for (Report.Section section : report.sections()) {
            if (section instanceof Report.FigureSection figure) {
                Map<String, Integer> slots = Palette.slots(figure.panels());
                ObjectNode node = figures.putObject(figure.id());
                ArrayNode panels = node.putArray("panels");
                for (Report.Panel panel : figure.panels()) {
                    panels.add(panel(panel, slots));
                }
            }
        }
        return text(figures);
    }

    private static ObjectNode panel(Report.Panel panel, Map<String, Integer> slots) {
        ObjectNode node = JSON.createObjectNode().put("id", panel.id()).put("title", panel.title());
        node.set("x", axis(panel.x()));
        ArrayNode views = node.putArray("views");
        views.add(view("", panel.y(), panel.series(), panel.reference(), slots));
        for (Report.Alternative alternative : panel.alternatives()) {
            views.add(view(alternative.label(), alternative.y(), alternative.series(), alternative.reference(), slots));
        }
        return node;
    }

    private static ObjectNode view(
            String label,
            Report.Axis y,
            List<Report.Series> series,
            List<Report.Series> reference,
            Map<String, Integer> slots) {
        ObjectNode node = JSON.createObjectNode().put("label", label);
        node.set("y", axis(y));
        ArrayNode lines = node.putArray("series");
        series.forEach(s -> lines.add(series(s, slots)));
        ArrayNode baseline = node.putArray("reference");
        reference.forEach(s -> baseline.add(series(s, slots)));
        return node;
    }

    private static ObjectNode axis(Report.Axis axis) {
        return JSON.createObjectNode()
                .put("title", axis.title())
                .put("log", axis.logarithmic())
                .put("switchable", axis.switchable());
    }

    private static ObjectNode series(Report.Series series, Map<String, Integer> slots) {
        ObjectNode node = JSON.createObjectNode()
                .put("name", series.name())
                .put("slot", slots.getOrDefault(series.name(), 0))
                .put("style", series.style().name());
        node.set("x", numbers(series.x()));
        node.set("y", numbers(series.y()));
        double[] sd = series.sd();
        if (sd != null) {
            node.set("sd", numbers(sd));
        }
        return node;
    }

    /** Missing values are null: JSON has no NaN. */
    private static ArrayNode numbers(double[] values) {
        ArrayNode array = JSON.createArrayNode();
        for (double value : values) {
            if (!Double.isFinite(value)) {
                array.addNull();
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
            return JSON.writeValueAsString(node).replace("<", "\\u003c");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
