package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.lowrank.machine.memory.ElementType;

/**
 * One element after the other, each of the same number of bytes.
 *
 * @param dtype what an element is
 * @param bigEndian byte order; the common one is little-endian
 */
public record ScalarEncoding(DType dtype, boolean bigEndian) implements Encoding {
    private static final float[] F16 = SmallFloats.table(16, SmallFloats::f16);
    private static final float[] F8_E4M3 = SmallFloats.table(8, SmallFloats::f8e4m3);
    private static final float[] F8_E5M2 = SmallFloats.table(8, SmallFloats::f8e5m2);
    private static final float[] F8_E4M3FNUZ = SmallFloats.table(8, SmallFloats::f8e4m3fnuz);
    private static final float[] F8_E5M2FNUZ = SmallFloats.table(8, SmallFloats::f8e5m2fnuz);
    private static final float[] F8_E8M0 = SmallFloats.table(8, SmallFloats::f8e8m0);

    public ScalarEncoding {
        if (!exists(dtype)) {
            throw new IllegalArgumentException(dtype + " is not a scalar encoding");
        }
    }

    /** Little-endian elements. */
    public static ScalarEncoding of(DType dtype) {
        return new ScalarEncoding(dtype, false);
    }

    /** Whether elements are numbers of whole bytes. */
    public static boolean exists(DType dtype) {
        return dtype.bits() >= 8 && dtype != DType.C64;
    }

    /** What each byte stands for in an 8-bit floating-point type. */
    public static double[] values(DType eightBitFloat) {
        float[] table = of(eightBitFloat).table();
        double[] values = new double[table.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = table[i];
        }
        return values;
    }

    @Override
    public int elementsPerBlock() {
        return 1;
    }

    @Override
    public int bytesPerBlock() {
        return dtype.bits() / 8;
    }

    @Override
    public ElementType decodedType() {
        return switch (dtype) {
            case F64, I64, U64, I32, U32 -> ElementType.F64;
            default -> ElementType.F32;
        };
    }

    @Override
    public Optional<ElementType> inPlaceType() {
        if (bigEndian) {
            return Optional.empty();
        }
        return switch (dtype) {
            case F64 -> Optional.of(ElementType.F64);
            case F32 -> Optional.of(ElementType.F32);
            case F16 -> Optional.of(ElementType.F16);
            case BF16 -> Optional.of(ElementType.BF16);
            default -> Optional.empty();
        };
    }

    @Override
    public void decode(ByteBuffer stored, long first, long step, int count, double[] out, int at) {
        int width = bytesPerBlock();
        int position = Math.toIntExact(first * width);
        int stride = count > 1 ? Math.toIntExact(step * width) : 0;
        switch (width) {
            case 8 -> decode8(stored, position, stride, count, out, at);
            case 4 -> decode4(stored, position, stride, count, out, at);
            case 2 -> decode2(stored, position, stride, count, out, at);
            default -> decode1(stored, position, stride, count, out, at);
        }
    }

    private void decode8(ByteBuffer stored, int position, int stride, int count, double[] out, int at) {
        for (int i = 0; i < count; i++, position += stride) {
            long raw = stored.getLong(position);
            long bits = bigEndian ? Long.reverseBytes(raw) : raw;
            out[at + i] = switch (dtype) {
                case F64 -> Double.longBitsToDouble(bits);
                case I64 -> bits;
                default -> (bits >>> 1) * 2.0 + (bits & 1);
            };
        }
    }

    private void decode4(ByteBuffer stored, int position, int stride, int count, double[] out, int at) {
        for (int i = 0; i < count; i++, position += stride) {
            int raw = stored.getInt(position);
            int bits = bigEndian ? Integer.reverseBytes(raw) : raw;
            out[at + i] = switch (dtype) {
                case F32 -> Float.intBitsToFloat(bits);
                case I32 -> bits;
                default -> Integer.toUnsignedLong(bits);
            };
        }
    }

    private void decode2(ByteBuffer stored, int position, int stride, int count, double[] out, int at) {
        for (int i = 0; i < count; i++, position += stride) {
            short raw = stored.getShort(position);
            short bits = bigEndian ? Short.reverseBytes(raw) : raw;
            out[at + i] = switch (dtype) {
                case F16 -> F16[bits & 0xffff];
                case BF16 -> SmallFloats.bf16(bits);
                case I16 -> bits;
                default -> bits & 0xffff;
            };
        }
    }

    private void decode1(ByteBuffer stored, int position, int stride, int count, double[] out, int at) {
        float[] values = table();
        for (int i = 0; i < count; i++, position += stride) {
            byte bits = stored.get(position);
            out[at + i] = values.length > 0 ? values[bits & 0xff] : dtype == DType.I8 ? bits : bits & 0xff;
        }
    }

    private float[] table() {
        return switch (dtype) {
            case F8_E4M3 -> F8_E4M3;
            case F8_E5M2 -> F8_E5M2;
            case F8_E4M3FNUZ -> F8_E4M3FNUZ;
            case F8_E5M2FNUZ -> F8_E5M2FNUZ;
            case F8_E8M0 -> F8_E8M0;
            default -> new float[0];
        };
    }
}
