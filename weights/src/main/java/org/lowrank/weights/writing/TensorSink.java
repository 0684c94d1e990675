package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the values of one tensor, in any order and from several threads at once; each element is given once. */
public interface TensorSink {
    /** What is written. */
    OutputTensor tensor();

    /**
     * Numbers, rounded to the tensor's dtype (see {@link Rounding}).
     *
     * @param element index of the first in row-major order
     * @param values of which the first {@code count} are written
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if one of them is not a finite number in that dtype
     * @throws WeightsWriteException if the file cannot be written
     */
    void put(long element, double[] values, int count) throws IOException;

    /**
     * Elements as they are stored, little-endian; NaN and infinities among them are not looked for.
     *
     * @param element index of the first in row-major order
     * @param bytes from position to limit, a whole number of elements
     * @throws WeightsWriteException if the file cannot be written
     */
    void copy(long element, ByteBuffer bytes) throws IOException;
}
