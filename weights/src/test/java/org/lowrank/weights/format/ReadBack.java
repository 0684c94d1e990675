package org.lowrank.weights.format;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * A checkpoint as read, all values taken.
 *
 * @param tensors by name, in the order given
 */
record ReadBack(Checkpoint checkpoint, Map<String, Content> tensors) {
    /** Above this only the first row is read: an expanded view is legal and costs nothing to claim. */
    private static final long MOST_VALUES = 1 << 16;

    /** One tensor. */
    record Content(DType dtype, List<Long> shape, Tensor.Orientation orientation, double[] values) {}

    static ReadBack of(String name, byte[] content) throws IOException, ModelNotFoundException {
        return of(MemoryFiles.of(name, content));
    }

    static ReadBack of(Map<String, byte[]> contents) throws IOException, ModelNotFoundException {
        return of(MemoryFiles.of(contents));
    }

    static ReadBack of(ModelFiles files) throws IOException, ModelNotFoundException {
        try (CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            Map<String, Content> tensors = new LinkedHashMap<>();
            for (Tensor tensor : checkpoint.tensors()) {
                tensors.put(
                        tensor.name(),
                        new Content(tensor.dtype(), tensor.shape(), tensor.orientation(), values(tensor)));
            }
            return new ReadBack(checkpoint, tensors);
        }
    }

    double[] values(String name) {
        Content content = tensors.get(name);
        if (content == null) {
            throw new AssertionError("no tensor " + name + " among " + tensors.keySet());
        }
        return content.values();
    }

    private static boolean isNumbers(DType dtype) {
        return switch (dtype) {
            case OTHER, C64, F4, F6_E2M3, F6_E3M2 -> false;
            default -> true;
        };
    }

    private static double[] values(Tensor tensor) throws IOException {
        long count = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
        if (count == 0 || !isNumbers(tensor.dtype())) {
            return new double[0];
        }
        long cols =
                tensor.shape().isEmpty() ? 1 : tensor.shape().get(tensor.shape().size() - 1);
        long rows = count > MOST_VALUES ? 1 : count / cols;
        double[] values = new double[(int) Math.min(count, rows * Math.min(cols, MOST_VALUES))];
        int at = 0;
        try (Tensor.Values opened = tensor.open()) {
            Tensor.View view = new Tensor.View(0, rows, Math.min(cols, MOST_VALUES), cols, 1);
            for (StridedBlock block : opened.matrix(view)) {
                for (int i = 0; i < block.rows(); i++) {
                    for (int j = 0; j < block.cols(); j++) {
                        values[at++] = block.get(i, j);
                    }
                }
            }
        }
        return values;
    }
}
