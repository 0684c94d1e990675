package org.lowrank.analyzer.activation;

import java.nio.FloatBuffer;
import org.lowrank.inference.engine.Activations;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** From activations to their numbers. */
final class ActivationMeasurer {
    private final SpectralEngine engine;
    private final String model;

    ActivationMeasurer(SpectralEngine engine, String model) {
        this.engine = engine;
        this.model = model;
    }

    /** Sums over all entries of float32 rows, in double. */
    private static final class Sums {
        private double sum;
        private double squares;
        private long zeros;
        private long count;

        void add(StridedBlock block) {
            FloatBuffer numbers = block.data()
                    .duplicate()
                    .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            float[] row = new float[block.cols()];
            for (int i = 0; i < block.rows(); i++) {
                numbers.get(i * block.rowStride(), row);
                double rowSum = 0;
                double rowSquares = 0;
                for (float entry : row) {
                    rowSum += entry;
                    rowSquares += (double) entry * entry;
                    zeros += entry == 0 ? 1 : 0;
                }
                sum += rowSum;
                squares += rowSquares;
            }
            count += (long) block.rows() * block.cols();
        }
    }

    /**
     * One place.
     *
     * @throws MalformedWeightsException if an activation is NaN or infinite
     */
    ActivationMeasurement measure(Activations activations, String stack, int sequences)
            throws MalformedWeightsException {
        Sums sums = new Sums();
        activations.rows().forEach(sums::add);
        String label = activations.input().label();
        if (!Double.isFinite(sums.squares)) {
            throw new MalformedWeightsException("not a finite number: " + model + ": layer " + activations.layer()
                    + ", " + label + ": an activation is NaN or infinite; look for a repaired copy of the weights");
        }
        SpectralMeasurement spectrum = engine.measure(
                new StoredMatrix(activations.rows(), StoredMatrix.Axis.ROWS), SpectralOptions.defaults());
        double mean = sums.sum / sums.count;
        return new ActivationMeasurement(
                stack,
                activations.layer(),
                label,
                sequences,
                activations.tokens(),
                activations.width(),
                spectrum.frobeniusNorm(),
                spectrum.spectralNorm(),
                spectrum.stableRank().isPresent() ? spectrum.stableRank().getAsDouble() : null,
                mean,
                Math.sqrt(Math.max(0, sums.squares / sums.count - mean * mean)),
                sums.zeros / (double) sums.count);
    }
}
