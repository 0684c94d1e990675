package org.lowrank.cli;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * A matrix with known norms, measured: the n × n tridiagonal one with 2 on the diagonal and 1 beside it has
 * σ1 = 2 + 2 cos(π/(n + 1)) and ‖A‖_F² = 6n − 2. Its singular values lie close together at the top, so that the iteration takes
 * many passes, and its entries are exact in float. What a processor, a Java or its compiler gets wrong in the kernels shows here.
 *
 * @param kernels what computed it
 * @param spectralError relative, of σ1
 * @param frobeniusError relative, of ‖A‖_F
 */
record KernelTrial(String kernels, double spectralError, double frobeniusError) {
    private static final int N = 129; // no multiple of any vector's length
    private static final double TOLERANCE = 1e-9;

    static KernelTrial run() throws InterruptedException {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Float.BYTES * N * N).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                bytes.putFloat(Math.max(0, 2 - Math.abs(i - j)));
            }
        }
        StoredMatrix matrix = StoredMatrix.of(new StridedBlock(bytes.flip(), ElementType.F32, N, N, N));
        try (SpectralEngine engine = SpectralEngines.create()) {
            SpectralMeasurement measured = engine.measure(matrix, SpectralOptions.defaults());
            double spectral = 2 + 2 * Math.cos(Math.PI / (N + 1));
            double frobenius = Math.sqrt(6.0 * N - 2);
            return new KernelTrial(
                    engine.description(),
                    Math.abs(measured.spectralNorm() - spectral) / spectral,
                    Math.abs(measured.frobeniusNorm() - frobenius) / frobenius);
        }
    }

    /** Whether both are right to a relative 1e-9. */
    boolean passed() {
        return spectralError <= TOLERANCE && frobeniusError <= TOLERANCE; // false for NaN
    }

    String text() {
        return String.format(
                Locale.ROOT,
                "%s: a matrix of known norms gave σ1 to %.1e and the Frobenius norm to %.1e",
                passed() ? "passed" : "WRONG",
                spectralError,
                frobeniusError);
    }
}
