package org.lowrank.merge.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;

/** Few directions of a larger matrix come from Lanczos, without a full decomposition. */
class DirectionsTest {
    private static final int ROWS = 400;
    private static final int COLS = 450;
    private static final int KEPT = 12;

    /** Δ = U diag(σ) Vᵀ with orthonormal U and V and σ_i = 2^(−i/2): its leading directions are known. */
    @Test
    void fewDirectionsAreThoseTheMatrixWasMadeOf() throws Exception {
        Random random = new Random(3);
        DMatrixRMaj u = RandomMatrices_DDRM.orthogonal(ROWS, 40, random);
        DMatrixRMaj v = RandomMatrices_DDRM.orthogonal(COLS, 40, random);
        DMatrixRMaj scaled = u.copy();
        double[] sigma = new double[40];
        for (int i = 0; i < 40; i++) {
            sigma[i] = Math.pow(2, -i / 2.0);
        }
        CommonOps_DDRM.multCols(scaled, sigma);
        DMatrixRMaj delta = new DMatrixRMaj(ROWS, COLS);
        CommonOps_DDRM.multTransB(scaled, v, delta);
        Directions found = Directions.of(inputs(delta), 0, KEPT);
        assertThat(KEPT).isLessThanOrEqualTo(ROWS / 16); // what is left to Lanczos
        for (int i = 0; i < KEPT; i++) {
            assertThat(found.singularValues()[i]).isCloseTo(sigma[i], within(1e-9));
            assertThat(Math.abs(dot(found.left(), u, i))).isCloseTo(1, within(1e-9));
            assertThat(Math.abs(dot(found.right(), v, i))).isCloseTo(1, within(1e-9));
        }
    }

    private static double dot(DMatrixRMaj x, DMatrixRMaj y, int column) {
        double sum = 0;
        for (int row = 0; row < x.numRows; row++) {
            sum += x.get(row, column) * y.get(row, column);
        }
        return sum;
    }

    private static TensorInputs inputs(DMatrixRMaj delta) {
        TensorParameters parameters = new TensorParameters(
                new double[] {1},
                new double[] {1},
                false,
                TensorParameters.Rescale.NONE,
                TensorParameters.Consensus.SUM,
                1,
                0,
                KEPT,
                1);
        return new TensorInputs(
                "w",
                List.of((long) ROWS, (long) COLS),
                true,
                Optional.of(elements(new double[ROWS * COLS])),
                List.of(elements(delta.data)),
                parameters);
    }

    private static Elements elements(double[] values) {
        return new Elements() {
            @Override
            public long count() {
                return ROWS * (long) COLS;
            }

            @Override
            public void read(long first, int count, double[] out) {
                System.arraycopy(values, (int) first, out, 0, count);
            }
        };
    }
}
