package org.lowrank.survey.work;

import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.tensor.Tensor;

/**
 * How much memory measuring takes, by what one thread holds at a time: two open groups as stored (the next one is fetched while one
 * is measured), and of the largest task a packed copy of r × c entries in at most 4 bytes (8 with {@code --exact}); with {@code
 * --spectrum} and {@code --certify} the Gram matrix too, 8·n² bytes for the shorter side n. An upper estimate: mapped files need
 * less, and Lanczos vectors, some hundred of 8·c bytes, are small beside the matrix.
 */
final class MemoryNeed {
    private static final int FLOAT = 4;
    private static final int DOUBLE = 8;

    private final SpectralOptions options;
    private long largestGroup;
    private long largestTask;

    MemoryNeed(SpectralOptions options) {
        this.options = options;
    }

    MemoryNeed with(TensorGroup group) {
        largestGroup = Math.max(largestGroup, stored(group));
        for (TensorGroup.Task task : group.tasks()) {
            long entries = 0;
            long gram = 0;
            for (LayerMatrix matrix : task.parts()) {
                entries += matrix.parameters();
                long side = Math.min(matrix.rows(), matrix.cols());
                gram = Math.max(gram, side * side * DOUBLE);
            }
            boolean hasGram = options.spectrum() || options.certify();
            long task1 = entries * (options.exact() ? DOUBLE : FLOAT) + (hasGram ? gram : 0);
            largestTask = Math.max(largestTask, task1);
        }
        return this;
    }

    long bytes() {
        return 2 * largestGroup + largestTask;
    }

    /** Bytes of a group's tensors as they are stored. */
    static long stored(TensorGroup group) {
        return group.tensors().stream()
                .flatMap(tensor -> tensor.sources().stream())
                .distinct()
                .mapToLong(Tensor::storedBytes)
                .sum();
    }
}
