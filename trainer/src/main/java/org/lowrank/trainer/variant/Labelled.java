package org.lowrank.trainer.variant;

import java.util.stream.IntStream;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;
import org.lowrank.trainer.task.TaskPair;

/**
 * Inputs with classes.
 *
 * @param samples n
 * @param inputs x, sample after sample
 * @param labels from 0; of two classes 1 is y = +1
 */
public record Labelled(int samples, double[] inputs, int[] labels) {
    /** 0 … n − 1. */
    int[] all() {
        return IntStream.range(0, samples).toArray();
    }

    /**
     * One of Figure 3's orthogonal tasks: its own two classes, or the largest of C products ⟨w_c, x⟩ with w_c from N(0, I).
     *
     * @param network 0 or 1: the first task or the second
     */
    public static Labelled orthogonal(
            int samples, int dimension, double frequency, int classes, long seed, int draw, int network) {
        TaskPair pair = SyntheticTasks.orthogonal(samples, dimension, frequency, seed, draw);
        Task task = network == 0 ? pair.first() : pair.second();
        int[] labels = new int[samples];
        RandomStream random = new RandomStream(Seeds.of(seed, draw, network, Seeds.Use.CLASSES));
        double[] directions = new double[classes * dimension];
        for (int j = 0; j < directions.length; j++) {
            directions[j] = random.normal();
        }
        for (int i = 0; i < samples; i++) {
            labels[i] = classes == 2
                    ? (task.labels()[i] > 0 ? 1 : 0)
                    : largest(directions, task.inputs(), i, dimension, classes);
        }
        return new Labelled(samples, task.inputs(), labels);
    }

    private static int largest(double[] directions, double[] inputs, int sample, int dimension, int classes) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes; c++) {
            double product = 0;
            for (int j = 0; j < dimension; j++) {
                product += directions[c * dimension + j] * inputs[sample * dimension + j];
            }
            if (product > most) {
                most = product;
                best = c;
            }
        }
        return best;
    }
}
