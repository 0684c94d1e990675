package org.lowrank.reports;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Eight colours and marker shapes in pairs, so that a line is told apart without colour too, and behind them a ramp of twelve for
 * lines that count something ({@code layer 0}, {@code layer 1}, …). Every one of the eight has a contrast of at least 4.5 with
 * its background (labels are text).
 */
final class Palette {
    /** Slots that tell lines apart; the ramp follows. */
    static final int SIZE = 8;

    private static final int RAMP = 12;

    /** Behind the ramp the colour of the text, for what is compared with it; without a marker, as its lines. */
    private static final int NEUTRAL = SIZE + RAMP;

    /** And that of what may not be. */
    private static final int FORBIDDEN = NEUTRAL + 1;

    static final List<String> LIGHT = withRamp(
            List.of("#0b5bd3", "#c2410c", "#137a3e", "#b4247f", "#7a5200", "#1d2430", "#0a768f", "#6d3fc4"),
            new int[][] {
                {0x3b, 0x2f, 0x8f}, {0x1f, 0x6f, 0xb5}, {0x0d, 0x85, 0x7a}, {0x75, 0x7d, 0x00}, {0xb8, 0x5c, 0x00}
            },
            "#b3261e");
    static final List<String> DARK = withRamp(
            List.of("#79b0ff", "#ff9466", "#5fd394", "#f58fcb", "#ddb65c", "#e6e9ee", "#56cbe6", "#bda3ff"),
            new int[][] {
                {0x8f, 0x86, 0xff}, {0x5f, 0xb0, 0xf0}, {0x3f, 0xd0, 0xc0}, {0xc5, 0xcf, 0x45}, {0xff, 0xb0, 0x57}
            },
            "#ff8d83");
    private static final Pattern COUNTED = Pattern.compile("(.*?)(\\d+)");

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

    /** Whether a slot is one of the ramp. */
    static boolean isRamp(int slot) {
        return slot >= SIZE && slot < NEUTRAL;
    }

    static String marker(int slot) {
        return MARKERS.get(slot % MARKERS.size());
    }

    /**
     * A slot for each name, so that a name has one colour in all panels of a figure and no two of a panel share one while there
     * are enough.
     */
    static Map<String, Integer> slots(List<Report.Panel> panels) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        Set<String> thin = names(panels, Report.Style.THIN);
        thin.removeAll(othersThan(panels, Report.Style.THIN));
        Set<String> forbidden = names(panels, Report.Style.FORBIDDEN);
        for (Report.Panel panel : panels) {
            List<String> names = names(panel).stream()
                    .filter(name -> !thin.contains(name) && !forbidden.contains(name))
                    .toList();
            for (String name : names) {
                if (!slots.containsKey(name)) {
                    slots.put(name, free(slots, names));
                }
            }
        }
        List<String> counted = counted(slots.keySet());
        if (slots.size() > SIZE && counted.size() >= SIZE) {
            slots.replaceAll((name, slot) -> NEUTRAL);
            slots.putAll(ramp(counted));
        }
        thin.forEach(name -> slots.put(name, NEUTRAL));
        forbidden.forEach(name -> slots.put(name, FORBIDDEN));
        return slots;
    }

    private static Set<String> names(List<Report.Panel> panels, Report.Style style) {
        return names(panels, series -> series.style() == style);
    }

    private static Set<String> othersThan(List<Report.Panel> panels, Report.Style style) {
        return names(panels, series -> series.style() != style);
    }

    private static Set<String> names(List<Report.Panel> panels, Predicate<Report.Series> which) {
        Set<String> names = new HashSet<>();
        for (Report.Panel panel : panels) {
            panel.series().stream().filter(which).forEach(series -> names.add(series.name()));
            panel.alternatives()
                    .forEach(
                            other -> other.series().stream().filter(which).forEach(series -> names.add(series.name())));
        }
        return names;
    }

    private static List<String> names(Report.Panel panel) {
        List<Report.Series> all = new ArrayList<>(panel.series());
        panel.alternatives().forEach(alternative -> all.addAll(alternative.series()));
        return all.stream().map(Report.Series::name).distinct().toList();
    }

    /** The slot least used in the panel, among those the one least used in the figure. */
    private static int free(Map<String, Integer> slots, List<String> panel) {
        int[] uses = new int[SIZE];
        slots.forEach((name, slot) -> uses[slot] += panel.contains(name) ? 1000 : 1);
        int best = 0;
        for (int slot = 1; slot < SIZE; slot++) {
            best = uses[slot] < uses[best] ? slot : best;
        }
        return best;
    }

    /** The names that are one word with numbers behind it, empty where there are several such words. */
    private static List<String> counted(Set<String> names) {
        Set<String> words = new HashSet<>();
        List<String> counted = new ArrayList<>();
        for (String name : names) {
            Matcher matcher = COUNTED.matcher(name);
            if (matcher.matches()) {
                words.add(matcher.group(1));
                counted.add(name);
            }
        }
        return words.size() == 1 ? counted : List.of();
    }

    private static Map<String, Integer> ramp(List<String> names) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        int last = names.size() - 1;
        for (String name : names) {
            slots.put(name, SIZE + (int) Math.round(slots.size() * (RAMP - 1.0) / last));
        }
        return slots;
    }

    private static List<String> withRamp(List<String> colours, int[][] stops, String forbidden) {
        List<String> all = new ArrayList<>(colours);
        for (int step = 0; step < RAMP; step++) {
            int[] colour = HeatRamp.colour(stops, step / (RAMP - 1.0));
            all.add(String.format(Locale.ROOT, "#%02x%02x%02x", colour[0], colour[1], colour[2]));
        }
        all.add(colours.get(5));
        all.add(forbidden);
        return List.copyOf(all);
    }

    /** The colours as style rules: variables that the theme sets, and the classes that use them. */
    static String rules() {
        StringBuilder css = new StringBuilder(":root{" + variables(LIGHT) + "}\n");
        css.append("@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){");
        css.append(variables(DARK)).append("}}\n@media screen{:root[data-theme=dark]{");
        css.append(variables(DARK)).append("}}\n");
        for (int slot = 0; slot < LIGHT.size(); slot++) {
            css.append(".s" + slot + "{stroke:var(--c" + slot + ")}.f" + slot + "{fill:var(--c" + slot + ")}\n");
        }
        return css.toString();
    }

    private static String variables(List<String> colours) {
        StringBuilder css = new StringBuilder();
        for (int slot = 0; slot < colours.size(); slot++) {
            css.append("--c" + slot + ":" + colours.get(slot) + ";");
        }
        return css.toString();
    }
}
