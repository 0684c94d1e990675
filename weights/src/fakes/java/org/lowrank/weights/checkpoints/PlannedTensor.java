package org.lowrank.weights.checkpoints;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.lowrank.weights.tensor.DType;

/**
 * A tensor of which type, shape and a formula for its values are known; its bytes are made when they are read.
 *
 * @param shape outermost dimension first, [] for a scalar
 * @param values of a matrix, by the place where they are stored
 */
public record PlannedTensor(DType dtype, List<Long> shape, Values values) {
    private static final int MOST_AT_ONCE = 1 << 13;

    /** The value stored in row i and column j. */
    @FunctionalInterface
    public interface Values {
        Values ZERO = (i, j) -> 0;

        double at(int i, int j);

        /** As stored with rows and columns exchanged. */
        default Values transposed() {
            return (i, j) -> at(j, i);
        }

        /** These rows, then the others below. */
        default Values above(int rows, Values below) {
            return (i, j) -> i < rows ? at(i, j) : below.at(i - rows, j);
        }
    }

    public PlannedTensor {
        shape = List.copyOf(shape);
    }

    /** A tensor of zeros. */
    public static PlannedTensor zeros(DType dtype, long... shape) {
        return new PlannedTensor(dtype, java.util.Arrays.stream(shape).boxed().toList(), Values.ZERO);
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Number of bytes. */
    public long size() {
        return elements() * TestTensor.width(dtype);
    }

    /** The bytes as stored. */
    public Content content() {
        long size = size();
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void write(OutputStream out, long from, long until) throws IOException {
                fill(out, from, until);
            }
        };
    }

    private void fill(OutputStream out, long from, long until) throws IOException {
        int width = TestTensor.width(dtype);
        long cols = shape.size() == 2 ? shape.get(1) : 1;
        for (long at = from; at < until; ) {
            long element = at / width;
            long end = Math.min((until + width - 1) / width, element + MOST_AT_ONCE);
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) (end - element) * width).order(ByteOrder.LITTLE_ENDIAN);
            for (long e = element; e < end && values != Values.ZERO; e++) {
                TestTensor.put(dtype, values.at((int) (e / cols), (int) (e % cols)), bytes);
            }
            int skip = (int) (at - element * width);
            int length = (int) (Math.min(until, end * width) - at);
            out.write(bytes.array(), skip, length);
            at += length;
        }
    }
}
