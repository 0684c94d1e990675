package org.lowrank.trainer.theory.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplesTest {
    private final Sample sample = Samples.separable(4, 8, 0, 6, new Random(11));
    private final double[] axis = {0, 0, 0, 0, 0, 0, 0, 1};

    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-3, 0.1})
    void pointHasThePrescribedInnerProducts(double epsilon) {
        double[] x = Samples.withInnerProducts(sample, epsilon, axis);

        assertThat(Vectors.norm(x)).isCloseTo(1, within(1e-12));
        for (int i = 0; i < 4; i++) {
            assertThat(Vectors.dot(sample.inputs()[i], x)).isCloseTo(epsilon * sample.labels()[i], within(1e-12));
        }
        assertThat(sample.largestInnerProduct(x)).isCloseTo(epsilon, within(1e-12));
    }

    /** No unit vector has inner product 1 with four different unit vectors. */
    @Test
    void tooLargeInnerProductsAreScaledDown() {
        double[] x = Samples.withInnerProducts(sample, 1, axis);

        assertThat(Vectors.norm(x)).isCloseTo(1, within(1e-12));
        assertThat(sample.largestInnerProduct(x)).isLessThan(1);
    }

    /** Orthogonally separable: ⟨x_i, x_j⟩ y_i y_j > 0. */
    @Test
    void conesAreOrthogonallySeparable() {
        Sample cones = Samples.cones(6, 6, 0, 6, 0.4, new Random(4));
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                assertThat(Vectors.dot(cones.inputs()[i], cones.inputs()[j]) * cones.labels()[i] * cones.labels()[j])
                        .isPositive();
            }
        }
    }
}
