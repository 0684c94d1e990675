package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;

/**
 * What a stack's summary would be if its weights had never been trained: independent Gaussian entries in matrices of the same
 * shapes. Each draw replaces every matrix's norms by those of a {@link GaussianMatrix} and goes through {@link ModelSummary}, so
 * that medians, spreads and counts are those of the same definition. Seeded; costs some microseconds a matrix.
 */
public final class NullModel {
    private static final long SEED = 20260101;

    /** Draws of all matrices together; at least {@link #FEWEST} stacks are drawn. */
    private static final int MATRICES = 400_000;

    private static final int MOST = 200;
    private static final int FEWEST = 16;

    private final List<ModelSummary> draws;

    private NullModel(List<ModelSummary> draws) {
        this.draws = draws;
    }

    /**
     * A statistic over the draws.
     *
     * @param value its median
     * @param sd its standard deviation
     */
    public record Value(double value, double sd) {}

    /** All entries of equal variance. */
    static NullModel of(List<MatrixMeasurement> stack) {
        return of(stack, row -> 1);
    }

    /**
     * Entries of given standard deviation.
     *
     * @param deviation of the entries of a matrix
     */
    static NullModel of(List<MatrixMeasurement> stack, ToDoubleFunction<MatrixMeasurement> deviation) {
        Random random = new Random(SEED);
        int count = Math.max(FEWEST, Math.min(MOST, MATRICES / Math.max(1, stack.size())));
        List<ModelSummary> draws = new ArrayList<>();
        for (int draw = 0; draw < count; draw++) {
            List<MatrixMeasurement> rows = new ArrayList<>(stack.size());
            for (MatrixMeasurement row : stack) {
                rows.add(random(row, deviation.applyAsDouble(row), random));
            }
            draws.add(ModelSummary.ofStack(rows));
        }
        return new NullModel(draws);
    }

    Value value(ToDoubleFunction<ModelSummary> statistic) {
        return value(draws.stream().mapToDouble(statistic).toArray());
    }

    /** The median, over Gaussian matrices of these [rows, cols], of stable rank over the baseline. */
    public static Value medianShare(List<long[]> shapes) {
        Random random = new Random(SEED);
        double[] medians = new double[Math.max(FEWEST, Math.min(MOST, MATRICES / Math.max(1, shapes.size())))];
        for (int draw = 0; draw < medians.length; draw++) {
            medians[draw] = Medians.of(shapes.stream()
                    .mapToDouble(shape ->
                            GaussianMatrix.draw(shape[0], shape[1], random).share(shape[0], shape[1]))
                    .toArray());
        }
        return value(medians);
    }

    private static Value value(double[] values) {
        double mean = Arrays.stream(values).average().orElse(Double.NaN);
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        return new Value(Medians.of(values), Math.sqrt(squares / (values.length - 1)));
    }

    private static MatrixMeasurement random(MatrixMeasurement row, double deviation, Random random) {
        GaussianMatrix drawn = GaussianMatrix.draw(row.rows(), row.cols(), random);
        double spectral = deviation * drawn.spectralNorm();
        MatrixId id = row.id();
        return new MatrixMeasurement(
                row.model(),
                row.revision(),
                id,
                new MatrixNumbers(
                        row.rows(),
                        row.cols(),
                        deviation * drawn.frobeniusNorm(),
                        new SpectralInterval(spectral, spectral, spectral, 0),
                        0,
                        "null",
                        null),
                row.dtype(),
                row.sourceTensors());
    }
}
