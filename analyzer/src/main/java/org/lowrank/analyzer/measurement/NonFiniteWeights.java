package org.lowrank.analyzer.measurement;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** Finds the tensor and index of a NaN or infinite weight once the engine has met one. */
final class NonFiniteWeights {
    private NonFiniteWeights() {}

    static MalformedWeightsException locate(TensorGroup.Task task, OpenGroup group, NonFiniteWeightException met)
            throws IOException {
        for (LayerMatrix matrix : task.parts()) {
            for (LayerMatrix.Part part : matrix.parts()) {
                for (Tensor.View view : part.views()) {
                    String found = firstIn(part.tensor(), view, group.blocks(part, view));
                    if (found != null) {
                        return new MalformedWeightsException("non-finite weight: "
                                + part.tensor().name() + " in " + part.tensor().file() + ": " + found
                                + "; no norm is defined, look for a repaired copy of the weights");
                    }
                }
            }
        }
        return new MalformedWeightsException("non-finite weight: "
                + task.parts().get(0).parts().get(0).tensor().name() + ": " + met.getMessage()
                + "; no norm is defined, look for a repaired copy of the weights");
    }

    private static @Nullable String firstIn(Tensor tensor, Tensor.View view, Iterable<StridedBlock> blocks) {
        long firstRow = 0;
        for (StridedBlock block : blocks) {
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    double value = block.get(i, j);
                    if (!Double.isFinite(value)) {
                        long index = view.offset() + (firstRow + i) * view.rowStride() + j * view.colStride();
                        return "element " + index(tensor, index) + " is " + value;
                    }
                }
            }
            firstRow += block.rows();
        }
        return null;
    }

    /** Row-major position to one index per dimension. */
    private static String index(Tensor tensor, long position) {
        long rest = position;
        StringBuilder text = new StringBuilder("]");
        for (int d = tensor.shape().size() - 1; d >= 0; d--) {
            long size = tensor.shape().get(d);
            text.insert(0, (d > 0 ? ", " : "[") + rest % size);
            rest /= size;
        }
        return text.toString();
    }
}
