package org.lowrank.weights.writing;

import java.nio.ByteBuffer;
import org.lowrank.machine.memory.Conversion;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.weights.tensor.DType;

/**
 * Doubles to stored floating-point elements, rounded once, to nearest, ties to even (IEEE 754 roundTiesToEven). A value
 * beyond the largest finite one becomes an infinity, as the standard has it; callers are told where.
 */
public final class Rounding {
    private Rounding() {}

    /** Whether elements of this type are written from numbers; others are copied as they are stored. */
    public static boolean isRounded(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16 -> true;
            default -> false;
        };
    }

    /**
     * Puts the values first, …, first + count - 1 into a little-endian buffer at its position.
     *
     * @return index of the first value that is stored as NaN or infinity, -1 if none is
     */
    static int put(DType dtype, double[] values, int first, int count, ByteBuffer out) {
        if (!isRounded(dtype)) {
            throw new IllegalArgumentException("numbers are not rounded to " + dtype);
        }
        ElementType type = ElementType.valueOf(dtype.name());
        ByteBuffer written = out.slice();
        return Conversion.fastest().round(type, values, first, count, out) ? -1 : first + bad(type, written, count);
    }

    /** Which of the elements written is not finite. */
    private static int bad(ElementType type, ByteBuffer written, int count) {
        double[] value = new double[1];
        for (int i = 0; i < count; i++) {
            if (!Conversion.fastest().widen(type, written, i, 1, value, 0)) {
                return i;
            }
        }
        throw new IllegalStateException("all " + count + " elements are finite");
    }
}
