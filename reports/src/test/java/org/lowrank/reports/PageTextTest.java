package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PageTextTest {
    @Test
    void underscoreBehindANormLowersOneLetter() {
        assertThat(RichText.runs("‖A‖_F / ‖A‖_2"))
                .containsExactly(
                        new RichText.Run("‖A‖", 0),
                        new RichText.Run("F", -1),
                        new RichText.Run(" / ‖A‖", 0),
                        new RichText.Run("2", -1));
    }

    @Test
    void underscoreInANameStays() {
        for (String name : List.of(
                "matrix_norm", "layer.0.w_q", "h_1_w", "attn.softmax_k", "upper_failure_probability", "_F", "")) {
            assertThat(RichText.drawn(name)).as(name).allMatch(run -> run.shift() == 0);
        }
    }

    @Test
    void singleLettersHaveSubscriptsOfUpToTwo() {
        assertThat(RichText.runs("√(Σ a_ij²)"))
                .containsExactly(new RichText.Run("√(Σ a", 0), new RichText.Run("ij", -1), new RichText.Run("²)", 0));
    }

    @Test
    void superscriptDigitsAreRaised() {
        assertThat(RichText.drawn("10⁻⁵")).containsExactly(new RichText.Run("10", 0), new RichText.Run("−5", 1));
    }

    /** Runs as text: subscripts in [], superscripts in (). */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (RichText.Run run : RichText.runs(text)) {
            shown.append(run.shift() < 0 ? "[" : run.shift() > 0 ? "(" : "");
            shown.append(run.text());
            shown.append(run.shift() < 0 ? "]" : run.shift() > 0 ? ")" : "");
        }
        return shown.toString();
    }

    @Test
    void bracesHoldLongerSubscriptsAndSuperscripts() {
        assertThat(shown("σ_{k+1}")).isEqualTo("σ[k+1]");
        assertThat(shown("e^{−λKt}")).isEqualTo("e(−λKt)");
        assertThat(shown("λW_k + σ_1(W_k)")).isEqualTo("λW[k] + σ[1](W[k])");
        assertThat(shown("|f_{θ_t+θ′_t}(x)|")).isEqualTo("|f[θt+θ′t](x)|");
        assertThat(shown("(1−ηλ)^t")).isEqualTo("(1−ηλ)(t)");
        assertThat(shown("e^−62 times, like width^−0.508. So")).isEqualTo("e(−62) times, like width(−0.508). So");
        assertThat(shown("‖W′_t x′‖ ≤ ‖W'_0 x‖")).isEqualTo("‖W′[t] x′‖ ≤ ‖W'[0] x‖");
        assertThat(shown("θ_∞, max_k ‖∇_{W_k}L‖")).isEqualTo("θ[∞], max[k] ‖∇[Wk]L‖");
    }

    @Test
    void numberAndItsSignStayOnOneLine() {
        assertThat(shown("90 % of it, ≤ 2 at λ = 0.1")).isEqualTo("90\u00a0% of it, ≤\u00a02 at λ\u00a0=\u00a00.1");
        assertThat(shown("1.75 × 10⁻⁴ to 4 × 4")).isEqualTo("1.75\u00a0×\u00a010⁻⁴ to 4 × 4");
        assertThat(shown("a = b ≤ c")).isEqualTo("a = b ≤ c");
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
