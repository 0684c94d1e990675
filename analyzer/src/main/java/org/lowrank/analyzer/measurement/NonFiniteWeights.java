package org.lowrank.analyzer.measurement;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.NonFiniteWeightException;
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
                    double value = element(block, i, j);
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

    private static double element(StridedBlock block, int row, int col) {
        ByteBuffer data = block.data();
        long at = ((long) row * block.rowStride() + col) * block.type().bytes();
        int offset = Math.toIntExact(at);
        return switch (block.type()) {
            case F64 -> data.getDouble(offset);
            case F32 -> data.getFloat(offset);
            case BF16 -> Float.intBitsToFloat(data.getShort(offset) << 16);
            // Only finiteness and sign matter here: all exponent bits set is infinite or NaN.
            case F16 -> binary16(data.getShort(offset));
        };
    }

    private static double binary16(short bits) {
        if ((bits & 0x7c00) != 0x7c00) {
            return 0;
        }
        if ((bits & 0x03ff) != 0) {
            return Double.NaN;
        }
        return bits < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
}
