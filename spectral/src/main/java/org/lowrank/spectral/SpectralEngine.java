package org.lowrank.spectral;

import java.util.List;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * Measures stored matrices: ‖A‖_F, ‖A‖_2 with bounds, singular values where asked for. Safe for several threads; a result
 * does not depend on their number. The method and its bounds are derived in docs/adr/0001-numerics.md.
 */
public interface SpectralEngine extends AutoCloseable {
    /**
     * Measures every part and, if {@code stacked}, the stack of all parts too, in one set of passes where that pays:
     * Q, K, V and QKV share their weights.
     *
     * <p>A zero matrix has norms 0 and no stable rank. Cost: a pass over the weights per step, typically 10 to 60, and
     * 8·cols bytes a step; with {@code certify} or {@code spectrum} a Gram matrix of the shorter side and its factorisation
     * or eigenvalues; with {@code exact} a full decomposition. Accuracy: see {@link SpectralMeasurement}.
     *
     * @param parts one or more matrices; with {@code stacked}, their blocks stack along {@code axis}
     * @param stacked also measure the stack
     * @param axis the axis of that stack as stored
     * @param options accuracy, proofs, seed
     * @return one measurement per part, in order, then the stack's
     * @throws NonFiniteWeightException if a weight is NaN or infinite
     */
    List<SpectralMeasurement> measure(
            List<StoredMatrix> parts, boolean stacked, StoredMatrix.Axis axis, SpectralOptions options);

    /**
     * One matrix.
     *
     * @throws NonFiniteWeightException if a weight is NaN or infinite
     */
    default SpectralMeasurement measure(StoredMatrix matrix, SpectralOptions options) {
        return measure(List.of(matrix), false, StoredMatrix.Axis.ROWS, options).get(0);
    }

    /** The kernels in use, for the report: for instance {@code plain Java} or {@code DJL PyTorch 2.7.1 CPU}. */
    String description();

    /** Frees what the engine keeps for the next matrix; it is not used afterwards. */
    @Override
    void close();
}
