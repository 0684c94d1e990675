package org.lowrank.weights.writing;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.lowrank.weights.tensor.DType;

/**
 * Doubles to stored floating-point elements, rounded once, to nearest, ties to even (IEEE 754 roundTiesToEven). A value
 * beyond the largest finite one becomes an infinity, as the standard has it; callers are told where.
 */
public final class Rounding {
    private static final int DOUBLE_BIAS = 1023;
    private static final int RUN = 1 << 11;

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
        return switch (dtype) {
            case F64 -> putF64(values, first, count, out);
            case F32 -> putF32(values, first, count, out);
            case F16 -> putF16(values, first, count, out);
            case BF16 -> putBf16(values, first, count, out);
            default -> throw new IllegalArgumentException("numbers are not rounded to " + dtype);
        };
    }

    private static int putF64(double[] values, int first, int count, ByteBuffer out) {
        int bad = -1;
        int at = out.position();
        for (int i = 0; i < count; i++) {
            out.putDouble(at + 8 * i, values[first + i]);
            bad = bad < 0 && !Double.isFinite(values[first + i]) ? first + i : bad;
        }
        out.position(at + 8 * count);
        return bad;
    }

    /** Run by run through an array: four times as fast as element by element into the buffer. */
    private static int putF32(double[] values, int first, int count, ByteBuffer out) {
        float[] run = new float[Math.min(RUN, count)];
        FloatBuffer target = out.asFloatBuffer();
        int bad = -1;
        for (int done = 0; done < count; done += run.length) {
            int length = Math.min(run.length, count - done);
            if (!rounded(values, first + done, length, run) && bad < 0) {
                int i = 0;
                while (Float.isFinite(run[i])) {
                    i++;
                }
                bad = first + done + i;
            }
            target.put(run, 0, length);
        }
        out.position(out.position() + 4 * count);
        return bad;
    }

    /** Whether all are finite: 0·x is NaN for NaN and infinities, else 0. Four sums, as one would wait for itself. */
    private static boolean rounded(double[] values, int first, int length, float[] run) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i < length - 3; i += 4) {
            float p = (float) values[first + i];
            float q = (float) values[first + i + 1];
            float r = (float) values[first + i + 2];
            float s = (float) values[first + i + 3];
            run[i] = p;
            run[i + 1] = q;
            run[i + 2] = r;
            run[i + 3] = s;
            a += p * 0;
            b += q * 0;
            c += r * 0;
            d += s * 0;
        }
        for (; i < length; i++) {
            run[i] = (float) values[first + i];
            a += run[i] * 0;
        }
        return a + b + c + d == 0;
    }

    private static int putF16(double[] values, int first, int count, ByteBuffer out) {
        int bad = -1;
        int at = out.position();
        for (int i = 0; i < count; i++) {
            short bits = f16(values[first + i]);
            out.putShort(at + 2 * i, bits);
            bad = bad < 0 && (bits & 0x7c00) == 0x7c00 ? first + i : bad;
        }
        out.position(at + 2 * count);
        return bad;
    }

    private static int putBf16(double[] values, int first, int count, ByteBuffer out) {
        int bad = -1;
        int at = out.position();
        for (int i = 0; i < count; i++) {
            short bits = bf16(values[first + i]);
            out.putShort(at + 2 * i, bits);
            bad = bad < 0 && (bits & 0x7f80) == 0x7f80 ? first + i : bad;
        }
        out.position(at + 2 * count);
        return bad;
    }

    /** IEEE 754 binary16: 5 exponent bits of bias 15, 10 fraction bits; below 2^-14 multiples of 2^-24. */
    static short f16(double value) {
        return small(value, 10, 15, 0x7c00, 0x1p-14, 0x1p24);
    }

    /** bfloat16: 8 exponent bits of bias 127, 7 fraction bits; below 2^-126 multiples of 2^-133. */
    static short bf16(double value) {
        return small(value, 7, 127, 0x7f80, 0x1p-126, 0x1p133);
    }

    /**
     * The bits of a 16-bit format. Exponent and fraction of a double lie side by side as they do in the small format, so a
     * carry out of the rounded fraction raises the exponent by itself.
     *
     * @param fractionBits kept of the double's 52
     * @param bias of the exponent
     * @param infinity bits of infinity
     * @param smallestNormal below it the format's numbers are equally spaced,
     * @param perUnit this many to 1
     */
    private static short small(
            double value, int fractionBits, int bias, int infinity, double smallestNormal, double perUnit) {
        long bits = Double.doubleToRawLongBits(value);
        int sign = (int) (bits >>> 48) & 0x8000;
        double magnitude = Math.abs(value);
        if (magnitude < smallestNormal) {
            return (short) (sign | (int) Math.rint(magnitude * perUnit));
        }
        if (Double.isNaN(magnitude)) {
            return (short) (sign | infinity | 1 << (fractionBits - 1));
        }
        int drop = 52 - fractionBits;
        long kept = bits & Long.MAX_VALUE;
        long rounded = (kept + ((1L << (drop - 1)) - 1) + (kept >>> drop & 1)) >>> drop;
        long small = rounded - ((long) (DOUBLE_BIAS - bias) << fractionBits);
        return (short) (sign | (int) Math.min(small, infinity));
    }
}
