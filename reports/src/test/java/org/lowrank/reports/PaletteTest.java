package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

class PaletteTest {
    private static Panel panel(String... names) {
        List<Series> series = Arrays.stream(names)
                .map(name -> new Series(name, new double[] {0}, new double[] {1}, null, Style.SOLID))
                .toList();
        Axis axis = new Axis("x", false, false);
        return new Panel("p", "p", axis, axis, series);
    }

    @Test
    void nameHasOneColourInAllPanels() {
        var slots = Palette.slots(List.of(panel("a", "b"), panel("b", "c")));
        assertThat(slots).containsEntry("a", 0).containsEntry("b", 1).containsEntry("c", 2);
    }

    @Test
    void linesOfAPanelDifferEvenWhereTheFigureHasMoreNamesThanColours() {
        var slots = Palette.slots(List.of(
                panel("a", "b", "c", "d"), panel("e", "f", "g", "h"), panel("a", "i", "j", "k", "l", "m", "n", "o")));
        List<Integer> last = new ArrayList<>();
        for (String name : List.of("a", "i", "j", "k", "l", "m", "n", "o")) {
            last.add(slots.get(name));
        }
        assertThat(last).doesNotHaveDuplicates();
    }

    @Test
    void countedLinesFollowTheRamp() {
        String[] layers = new String[24];
        Arrays.setAll(layers, layer -> "layer " + layer);
        var slots = Palette.slots(List.of(panel(layers)));
        assertThat(slots.get("layer 0")).isEqualTo(Palette.SIZE);
        assertThat(slots.get("layer 23")).isEqualTo(Palette.SIZE + 11);
        assertThat(List.copyOf(slots.values())).isSorted();
    }

    @Test
    void lawBesideCountedLinesHasTheColourOfText() {
        String[] names = new String[13];
        Arrays.setAll(names, layer -> layer < 12 ? "layer " + layer : "Marchenko–Pastur");
        var slots = Palette.slots(List.of(panel(names)));
        assertThat(slots.get("layer 11")).isEqualTo(Palette.SIZE + 11);
        assertThat(Palette.LIGHT.get(slots.get("Marchenko–Pastur"))).isEqualTo("#1d2430");
    }
}
