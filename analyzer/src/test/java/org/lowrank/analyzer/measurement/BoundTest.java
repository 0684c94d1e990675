package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.layer.MatrixId;

/** Bounds on measured numbers. The row: a 4 × 9 matrix of ‖A‖_F = 6 and σ1 = 3, so stable rank 2; Gaussian 6/5. */
class BoundTest {
    private static MatrixMeasurement row(String matrix, double frobenius, double spectral) {
        var interval = new MatrixNumbers.SpectralInterval(spectral, spectral * 0.75, spectral * 1.25, 1e-9);
        return new MatrixMeasurement(
                "m",
                "",
                MatrixId.parse("decoder", 0, matrix),
                new MatrixNumbers(4, 9, frobenius, interval, 1, "x", null),
                "F32",
                List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "stable_rank<=2, true",
        "stable_rank<2, false",
        "stable_rank>=2, true",
        "stable_rank>2, false",
        "stable_rank_squared<=4, true",
        "frobenius_norm>=6.0001, false",
        "spectral_norm_upper<=3.75, true",
        "spectral_norm_lower>=2.25, true",
        "spectral_norm_lower>2.25, false",
        "gaussian_stable_rank<=1.2, true",
        "stable_rank/gaussian_stable_rank<=1.66, false",
        "stable_rank / gaussian_stable_rank <= 1.67, true",
        "parameters<=36, true",
        "rows<4, false",
        "cols<=9e0, true"
    })
    void numberIsHeldToItsLimit(String bound, boolean holds) {
        assertThat(Bound.parse(bound).brokenBy(row("Q", 6, 3)).isEmpty()).isEqualTo(holds);
    }

    @ParameterizedTest
    @CsvSource({
        "M1.stable_rank<1, M1:E3, true",
        "M1:E3.stable_rank<1, M1:E3, true",
        "m1.stable_rank<1, M1, true",
        "M1:E3.stable_rank<1, M1:E4, false",
        "cross:K.stable_rank<1, cross:K, true",
        "K.stable_rank<1, cross:K, false",
        "QK.stable_rank<1, QK:H0, true",
        "Q.stable_rank<1, QKV, false",
        "model.embed_tokens.stable_rank<1, model.embed_tokens, true",
        "stable_rank<1, model.embed_tokens, true"
    })
    void boundIsAboutItsMatricesOnly(String bound, String matrix, boolean concerned) {
        Bound parsed = Bound.parse(bound);
        assertThat(parsed.concerns(row(matrix, 6, 3))).isEqualTo(concerned);
        assertThat(parsed.brokenBy(row(matrix, 6, 3)).isPresent())
                .as("a stable rank is never below 1")
                .isEqualTo(concerned);
    }

    @Test
    void numberThatIsNotDefinedKeepsToNoBound() {
        for (String bound :
                List.of("stable_rank<=1e300", "stable_rank>=-1e300", "frobenius_norm/spectral_norm<=1e300")) {
            var broken = Bound.parse(bound).brokenBy(row("O", 0, 0));
            assertThat(broken)
                    .as(bound)
                    .hasValueSatisfying(b -> assertThat(b.value()).isNull());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "M1.stable_rank<=12",
                "stable_rank/gaussian_stable_rank<0.9",
                "spectral_norm>=1.0E-9",
                "cross:V.frobenius_norm>-3"
            })
    void boundReadsBack(String bound) {
        assertThat(Bound.parse(bound)).hasToString(bound);
        assertThat(Bound.parse(Bound.parse(bound).toString())).isEqualTo(Bound.parse(bound));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "stable_rank",
                "stable_rank=3",
                "stable_rank<=",
                "<=3",
                "stable_rank<=NaN",
                "stable_rank<=Infinity",
                "stable_rank<=three",
                "stable_rank==3"
            })
    void whatIsNoBoundIsRefused(String text) {
        assertThatThrownBy(() -> Bound.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("wrong bound: " + text + ": ")
                .hasMessageEndingWith("; write for instance M1.stable_rank<=12");
    }

    @Test
    void unknownNumberIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> Bound.parse("M1.stable_rnk<=3"))
                .hasMessage("wrong bound: M1.stable_rnk<=3: no number is called stable_rnk; give one of stable_rank, "
                        + "stable_rank_squared, gaussian_stable_rank, frobenius_norm, spectral_norm, spectral_norm_lower, "
                        + "spectral_norm_upper, upper_failure_probability, rows, cols, parameters");
    }
}
