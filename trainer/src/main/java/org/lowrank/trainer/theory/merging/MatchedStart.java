package org.lowrank.trainer.theory.merging;

import java.util.Random;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Starts;
import org.lowrank.trainer.theory.flow.Vectors;

/**
 * A start from which positive activations converge (Assumption 2): of the neurons in use, the first half point along
 * the positive class and feed each other and the output with positive weights, the second half along the negative class,
 * with a negative output weight; all other weights are 0. On {@link org.lowrank.trainer.theory.flow.Samples#cones cones}
 * a neuron then is active on all inputs of its class and on no others, and stays so.
 */
final class MatchedStart {
    private static final double SIZE = 1.2;

    private MatchedStart() {}

    /**
     * A start that uses neurons first … first + count − 1 of each hidden layer.
     *
     * @param count at least 1; with an odd one the positive class has one neuron more
     */
    static double[] of(Network network, Sample sample, int first, int count, long seed) {
        Random random = new Random(seed);
        double[] theta = new double[network.parameters()];
        double[] axis = axis(sample);
        int positive = (count + 1) / 2;
        for (int k = 1; k <= network.layers(); k++) {
            boolean output = k == network.layers();
            int columns = network.width(k - 1);
            for (int j = first; j < (output ? first + 1 : first + count); j++) {
                int at = network.offset(k) + (output ? 0 : j * columns);
                double side = j - first < positive ? 1 : -1;
                if (k == 1) {
                    double[] row = Vectors.plus(axis, 0.2, scatter(sample, random));
                    for (int c = 0; c < columns; c++) {
                        theta[at + c] = SIZE * side * row[c] / Math.sqrt(positive);
                    }
                } else {
                    for (int c = first; c < first + count; c++) {
                        double below = c - first < positive ? 1 : -1;
                        double size = SIZE * (0.8 + 0.4 * random.nextDouble()) / Math.sqrt(positive);
                        theta[at + c] = output ? below * size : below == side ? size / Math.sqrt(positive) : 0;
                    }
                }
            }
        }
        return theta;
    }

    /** The direction of Σ y_i x_i. */
    private static double[] axis(Sample sample) {
        double[] sum = new double[sample.dimension()];
        for (int i = 0; i < sample.size(); i++) {
            sum = Vectors.plus(sum, sample.labels()[i], sample.inputs()[i]);
        }
        return Vectors.unit(sum);
    }

    /** A random unit direction of the whole space, so that the start has parts orthogonal to the inputs too. */
    private static double[] scatter(Sample sample, Random random) {
        return Starts.unit(sample.dimension(), random);
    }
}
