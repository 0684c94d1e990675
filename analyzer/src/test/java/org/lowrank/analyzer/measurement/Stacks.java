package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixNumbers.SpectralInterval;
import org.lowrank.spectral.FrobeniusNorm;
import org.lowrank.spectral.SpectralNorm;
import org.lowrank.spectral.StableRank;

/** Made measurements of stacks of layers. */
final class Stacks {
    private Stacks() {}

    /** A kind of matrix and its shape. */
    record Shape(String kind, int rows, int cols) {}

    /** BERT's and GPT-2's seven at model dimension d. */
    static List<Shape> bert(int d) {
        return attentionAndFeedForward(d, d, 4 * d);
    }

    /** Llama 3 8B's, with grouped key-value heads and a gate, at model dimension d (4096 there). */
    static List<Shape> llama(int d) {
        List<Shape> shapes = new ArrayList<>(attentionAndFeedForward(d, d / 4, 7 * d / 2));
        shapes.add(new Shape("GATE", 7 * d / 2, d));
        return shapes;
    }

    private static List<Shape> attentionAndFeedForward(int d, int keys, int inner) {
        return List.of(
                new Shape("Q", d, d),
                new Shape("K", keys, d),
                new Shape("V", keys, d),
                new Shape("QKV", d + 2 * keys, d),
                new Shape("O", d, d),
                new Shape("M1", inner, d),
                new Shape("M2", d, inner));
    }

    /** Gaussian matrices of these shapes in every layer, drawn entry by entry and measured. */
    static List<MatrixMeasurement> gaussian(List<Shape> shapes, int layers, long seed) {
        Random random = new Random(seed);
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            for (Shape shape : shapes) {
                double[] entries = random.doubles((long) shape.rows() * shape.cols())
                        .map(x -> 0.02 * random.nextGaussian())
                        .toArray();
                rows.add(row(
                        layer, shape, FrobeniusNorm.of(entries), SpectralNorm.of(entries, shape.rows(), shape.cols())));
            }
        }
        return rows;
    }

    static MatrixMeasurement row(int layer, Shape shape, double frobenius, double spectral) {
        return new MatrixMeasurement(
                "m",
                "",
                MatrixId.parse("encoder", layer, shape.kind()),
                new MatrixNumbers(
                        shape.rows(),
                        shape.cols(),
                        frobenius,
                        new SpectralInterval(spectral, spectral, spectral, 0),
                        1,
                        "made",
                        null),
                "F32",
                List.of("t" + layer + shape.kind()));
    }

    /** A matrix of this norm with the given share of the Gaussian stable rank. */
    static MatrixMeasurement ofShare(int layer, Shape shape, double frobenius, double share) {
        return row(layer, shape, frobenius, frobenius / (share * StableRank.ofGaussian(shape.rows(), shape.cols())));
    }
}
