package org.lowrank.spectral;

import java.util.List;

/** Measures stored matrices. Results do not depend on the number of threads. */
public interface SpectralEngine extends AutoCloseable {
    /**
     * Measures every part and, if {@code stacked}, the stack of all parts too, in one set of passes where that pays:
     * Q, K, V and QKV share their weights.
     *
     * @param parts one or more matrices; with {@code stacked}, their blocks stack along {@code axis}
     * @param stacked also measure the stack
     * @param axis the axis of that stack as stored
     * @return one measurement per part, in order, then the stack's
     * @throws NonFiniteWeightException if a weight is NaN or infinite
     */
    List<SpectralMeasurement> measure(
            List<StoredMatrix> parts, boolean stacked, StoredMatrix.Axis axis, SpectralOptions options);

    /** One matrix. */
    default SpectralMeasurement measure(StoredMatrix matrix, SpectralOptions options) {
        return measure(List.of(matrix), false, StoredMatrix.Axis.ROWS, options).get(0);
    }

    /** The kernels in use, for the report: for instance {@code plain Java} or {@code DJL PyTorch 2.7.1 CPU}. */
    String description();

    @Override
    void close();
}
