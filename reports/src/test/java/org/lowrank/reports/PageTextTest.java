package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PageTextTest {
    @Test
    void underscoreBehindANormLowersOneLetter() {
        assertThat(RichText.lowered("‖A‖_F / ‖A‖_2"))
                .containsExactly(
                        new RichText.Run("‖A‖", 0),
                        new RichText.Run("F", -1),
                        new RichText.Run(" / ‖A‖", 0),
                        new RichText.Run("2", -1));
    }

    @Test
    void underscoreInANameStays() {
        for (String name : List.of("matrix_norm", "layer.0.w_q", "h_1_w", "upper_failure_probability", "_F", "")) {
            assertThat(RichText.runs(name)).as(name).allMatch(run -> run.shift() == 0);
        }
    }

    @Test
    void singleLettersHaveSubscriptsOfUpToTwo() {
        assertThat(RichText.lowered("(Σ a_ij²)^½"))
                .containsExactly(new RichText.Run("(Σ a", 0), new RichText.Run("ij", -1), new RichText.Run("²)^½", 0));
    }

    @Test
    void superscriptDigitsAreRaised() {
        assertThat(RichText.runs("10⁻⁵")).containsExactly(new RichText.Run("10", 0), new RichText.Run("−5", 1));
    }

    @Test
    void heatMapTextIsReadableOnEveryStep() {
        // WCAG 2.1, 1.4.3: 4.5 for text of normal size
        List<String> rules = (HeatRamp.light() + HeatRamp.dark("")).lines().toList();
        assertThat(rules).hasSize(2 * HeatRamp.STEPS);
        for (String rule : rules) {
            int hash = rule.indexOf('#') + 1;
            int[] colour = {hex(rule, hash), hex(rule, hash + 2), hex(rule, hash + 4)};
            double text = rule.endsWith("#fff}") ? 1 : 0;
            double back = HeatRamp.luminance(colour);
            double contrast = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
            assertThat(contrast).as(rule).isGreaterThan(4.5);
        }
    }

    @Test
    void everyLineColourIsReadableOnItsPage() {
        for (int slot = 0; slot < Palette.SIZE; slot++) {
            assertThat(contrast(Palette.LIGHT.get(slot), "#ffffff")).isGreaterThan(4.5);
            assertThat(contrast(Palette.DARK.get(slot), "#12161d")).isGreaterThan(4.5);
        }
    }

    private static double contrast(String one, String other) {
        double a = luminance(one);
        double b = luminance(other);
        return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }

    private static double luminance(String colour) {
        return HeatRamp.luminance(new int[] {hex(colour, 1), hex(colour, 3), hex(colour, 5)});
    }

    private static int hex(String text, int at) {
        return Integer.parseInt(text.substring(at, at + 2), 16);
    }
}
