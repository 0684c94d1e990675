package org.lowrank.reports;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Eight colours and marker shapes in pairs, so that a line is told apart without colour too. Every colour has a contrast of at
 * least 4.5 with its background (labels are text).
 */
final class Palette {
    static final List<String> LIGHT =
            List.of("#0b5bd3", "#c2410c", "#137a3e", "#b4247f", "#7a5200", "#1d2430", "#0a768f", "#6d3fc4");
    static final List<String> DARK =
            List.of("#79b0ff", "#ff9466", "#5fd394", "#f58fcb", "#ddb65c", "#e6e9ee", "#56cbe6", "#bda3ff");

    /** Markers around the origin with a radius of about 3. */
    private static final List<String> MARKERS = List.of(
            "M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0z",
            "M-2.7,-2.7h5.4v5.4h-5.4z",
            "M0,-3.5L3.3,2.5H-3.3z",
            "M0,-3.8L3.8,0L0,3.8L-3.8,0z",
            "M-1,-3.6h2v2.6h2.6v2h-2.6v2.6h-2v-2.6h-2.6v-2h2.6z",
            "M0,3.5L3.3,-2.5H-3.3z",
            "M3.5,0L-2.5,3.3V-3.3z",
            "M-3.5,0L2.5,3.3V-3.3z");

    private Palette() {}

    static int size() {
        return LIGHT.size();
    }

    static String marker(int slot) {
        return MARKERS.get(slot % MARKERS.size());
    }

    /** A slot for each name in order of appearance, so that a name has one colour in all panels of a figure. */
    static Map<String, Integer> slots(List<Report.Panel> panels) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        for (Report.Panel panel : panels) {
            List<Report.Series> all = new ArrayList<>(panel.series());
            panel.alternatives().forEach(alternative -> all.addAll(alternative.series()));
            for (Report.Series series : all) {
                slots.putIfAbsent(series.name(), slots.size() % size());
            }
        }
        return slots;
    }
}
