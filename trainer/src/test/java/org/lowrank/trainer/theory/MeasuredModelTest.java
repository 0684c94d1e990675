package org.lowrank.trainer.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MeasuredModelTest {
    /** A 16 × 9 matrix of rank 1 and a 4 × 4 one with stable rank 2, K = 2: by hand. */
    @Test
    void meanIsBesideWhatShapesGive() {
        MeasuredModel model = MeasuredModel.of(
                "two", List.of(new MeasuredModel.Matrix(16, 9, 1), new MeasuredModel.Matrix(4, 4, 2)), 0.04);
        assertThat(model.matrices()).isEqualTo(2);
        assertThat(model.mean()).isEqualTo((1 + 0.5) / 2);
        assertThat(model.floor()).isCloseTo((1.0 / 3 + 1.0 / 2) / 2, within(1e-15));
        assertThat(model.gaussian()).isCloseTo((7.0 / 12 + 1) / 2, within(1e-15));
        assertThat(model.equation3()).as("λ^{1/2} e^0").isCloseTo(0.2, within(1e-15));
        assertThat(model.sharper()).as("λ^{1/2} e^0").isCloseTo(0.2, within(1e-15));
        assertThat(model.sentence()).contains("asks for 0.200, which is vacuous here");
        assertThat(MeasuredModel.csv(List.of(model)).lines().skip(1))
                .containsExactly("two,2,0.75," + model.floor() + "," + model.gaussian() + ",0.04,0.2,0.2");
    }

    @Test
    void nothingMeasuredIsRefused() {
        assertThatThrownBy(() -> MeasuredModel.of("none", List.of(), 0.01))
                .hasMessage("lemma-4: none: no measured layer matrix");
    }
}
