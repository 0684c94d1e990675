package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.lowrank.machine.memory.ElementType;

/** How a run of elements is encoded in bytes: in blocks of a fixed number of elements, one for scalar encodings. */
public sealed interface Encoding permits ScalarEncoding, BlockEncoding {
    /** Elements of one block. */
    int elementsPerBlock();

    /** Bytes of one block. */
    int bytesPerBlock();

    /** The type that holds decoded values without loss. */
    ElementType decodedType();

    /** The type if the bytes can be used as they lie. */
    Optional<ElementType> inPlaceType();

    /**
     * Decodes elements {@code first}, {@code first + step}, … of {@code stored}.
     *
     * @param stored bytes from the start of a block on; only absolute positions are read
     * @param out receives {@code count} values from {@code at} on
     */
    void decode(ByteBuffer stored, long first, long step, int count, double[] out, int at);
}
