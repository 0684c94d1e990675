package org.lowrank.weights.checkpoints;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.lowrank.weights.tensor.DType;

/**
 * A tensor to write: row-major, little-endian.
 *
 * @param dtype stored type
 * @param shape outermost dimension first, [] for a scalar
 * @param data the bytes as stored
 */
public record TestTensor(DType dtype, List<Long> shape, byte[] data) {
    public TestTensor {
        shape = List.copyOf(shape);
    }

    /** F32 values. */
    public static TestTensor f32(List<Long> shape, double... values) {
        return of(DType.F32, shape, values);
    }

    /** An F32 matrix [rows, cols], row by row. */
    public static TestTensor matrix(double[][] rows) {
        return f32(
                List.of((long) rows.length, (long) rows[0].length),
                Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
    }

    /** Values rounded to a scalar type. */
    public static TestTensor of(DType dtype, List<Long> shape, double... values) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        if (elements != values.length) {
            throw new IllegalArgumentException(values.length + " values for shape " + shape);
        }
        ByteBuffer data = ByteBuffer.allocate(values.length * width(dtype)).order(ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            put(dtype, value, data);
        }
        return new TestTensor(dtype, shape, data.array());
    }

    /** Normally distributed values rounded to a floating-point type. */
    public static TestTensor gaussian(DType dtype, List<Long> shape, long seed) {
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        Random random = new Random(seed);
        return of(
                dtype,
                shape,
                random.doubles(elements, 0, 1).map(u -> random.nextGaussian()).toArray());
    }

    /** Bytes of one element. */
    public static int width(DType dtype) {
        return switch (dtype) {
            case F64, I64, U64, C64 -> 8;
            case F32, I32, U32 -> 4;
            case F16, BF16, I16, U16 -> 2;
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, I8, U8, BOOL -> 1;
            default -> throw new IllegalArgumentException(dtype + " has no elements of whole bytes");
        };
    }

    /** Number of elements. */
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    static void put(DType dtype, double value, ByteBuffer data) {
        switch (dtype) {
            case F64 -> data.putDouble(value);
            case F32 -> data.putFloat((float) value);
            case F16 -> data.putShort((short) SmallFloatBits.of(value, 5, 10, 15));
            case BF16 -> data.putShort((short) SmallFloatBits.of(value, 8, 7, 127));
            case F8_E4M3 -> data.put((byte) SmallFloatBits.of(value, 4, 3, 7));
            case F8_E5M2 -> data.put((byte) SmallFloatBits.of(value, 5, 2, 15));
            case F8_E4M3FNUZ -> data.put((byte) SmallFloatBits.of(value, 4, 3, 8));
            case F8_E5M2FNUZ -> data.put((byte) SmallFloatBits.of(value, 5, 2, 16));
            case F8_E8M0 -> data.put((byte) (Math.getExponent(value) + 127));
            case I64, U64 -> data.putLong((long) value);
            case I32, U32 -> data.putInt((int) (long) value);
            case I16, U16 -> data.putShort((short) (long) value);
            case I8, U8, BOOL -> data.put((byte) (long) value);
            default -> throw new IllegalArgumentException(dtype + " has no elements of whole bytes");
        }
    }
}
