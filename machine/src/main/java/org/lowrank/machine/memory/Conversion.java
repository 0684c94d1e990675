package org.lowrank.machine.memory;

import java.nio.ByteBuffer;

/**
 * Stored elements to doubles and back, many at once: widened exactly, rounded once, to nearest, ties to even (IEEE 754
 * roundTiesToEven). Every implementation gives the same bits; what they differ in is speed. Safe for several threads.
 */
public sealed interface Conversion permits PlainConversion, VectorConversion {
    /** The fastest that runs here: the Vector API where the run-time has it and vectors hold four doubles, else plain Java. */
    static Conversion fastest() {
        return Fastest.CONVERSION;
    }

    /**
     * Widens the elements from, …, from + count − 1 of an array of stored elements; NaN and infinities as they are.
     *
     * @param data little-endian, element 0 at byte 0; its position is not used
     * @param out filled from {@code at} on
     * @return whether all of them are finite
     * @throws IndexOutOfBoundsException if they lie outside the data or the array
     */
    boolean widen(ElementType type, ByteBuffer data, int from, int count, double[] out, int at);

    /**
     * Rounds values[first], …, values[first + count − 1]. What is beyond the largest finite number becomes an infinity, as the standard
     * has it.
     *
     * @param out little-endian; filled from its position on, which is moved
     * @return whether all of them are stored as finite numbers
     * @throws IndexOutOfBoundsException if the buffer has too little room
     */
    boolean round(ElementType type, double[] values, int first, int count, ByteBuffer out);
}
