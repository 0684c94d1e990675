package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.memory.StridedBlock;

/** A named tensor of a checkpoint: its description at once, its values when opened. */
public interface Tensor {
    /** Name as in the checkpoint (for ONNX and TensorFlow, the module path the format implies). */
    String name();

    DType dtype();

    /** Dimensions, outermost first; empty for a scalar. */
    List<Long> shape();

    /** The file that holds it, as listed by its {@code ModelFiles}. */
    String file();

    /** Bytes it occupies in that file. */
    long storedBytes();

    /**
     * Which axis of a matrix is the output, where the format itself tells (TensorFlow kernels and constant-folded ONNX
     * weights are [in, out]); otherwise the architecture decides.
     */
    default Orientation orientation() {
        return Orientation.UNKNOWN;
    }

    /** The stored tensors it is made of: itself, or the weight and factors of one that is computed. */
    default List<Tensor> sources() {
        return List.of(this);
    }

    /** The weight this is a part of, where it is none itself: the scale or zero point of quantised codes. */
    default Optional<String> partOf() {
        return Optional.empty();
    }

    /** Maps, fetches or decodes the values. The caller closes them; a weight is decoded once per opening. */
    Values open() throws IOException;

    /** The order of the two dimensions of a weight matrix. */
    enum Orientation {
        /** The format does not tell. */
        UNKNOWN,
        /** Rows are outputs, as in a PyTorch Linear: y = W x. */
        OUT_IN,
        /** Rows are inputs, as in a TensorFlow kernel: y = x W. */
        IN_OUT
    }

    /** The values of one tensor, valid until closed. */
    interface Values extends AutoCloseable {
        /**
         * A matrix inside the tensor, as blocks stacked along rows (several only past 2 GiB). Plain contiguous F64, F32,
         * F16 and BF16 rows are given in place; everything else is decoded to F32 (F64 where F32 would lose digits).
         */
        List<StridedBlock> matrix(View view) throws IOException;

        @Override
        void close();
    }

    /**
     * A matrix inside a tensor seen as a row-major array: element (i, j) is array element
     * {@code offset + i * rowStride + j * colStride}.
     */
    record View(long offset, long rows, long cols, long rowStride, long colStride) {
        /** A whole contiguous matrix. */
        public static View contiguous(long rows, long cols) {
            return new View(0, rows, cols, cols, 1);
        }
    }
}
