package org.lowrank.analyzer.source.format;

/** Floating-point formats of 8 and 16 bits, widened exactly. */
final class SmallFloats {
    /** OCP 8-bit E4M3 as in torch.float8_e4m3fn: bias 7, no infinity, 0x7F and 0xFF are NaN. */
    static final float[] E4M3FN = table(4, 3, 7, false, false);
    /** IEEE-like E5M2: bias 15, infinities and NaN. */
    static final float[] E5M2 = table(5, 2, 15, true, false);
    /** E4M3 with bias 8, 0x80 is NaN, no negative zero. */
    static final float[] E4M3FNUZ = table(4, 3, 8, false, true);
    /** E5M2 with bias 16, 0x80 is NaN, no negative zero. */
    static final float[] E5M2FNUZ = table(5, 2, 16, false, true);
    /** Powers of two 2^(b − 127); 0xFF is NaN. */
    static final float[] E8M0 = powers();

    private SmallFloats() {}

    private static float[] table(int exponentBits, int fractionBits, int bias, boolean ieee, boolean unsignedZero) {
        float[] values = new float[256];
        int fractions = 1 << fractionBits;
        int largestExponent = (1 << exponentBits) - 1;
        for (int bits = 0; bits < 256; bits++) {
            int exponent = (bits >> fractionBits) & largestExponent;
            int fraction = bits & (fractions - 1);
            double value = exponent == 0
                    ? Math.scalb((double) fraction / fractions, 1 - bias)
                    : Math.scalb(1 + (double) fraction / fractions, exponent - bias);
            if (ieee && exponent == largestExponent) {
                value = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            } else if (!ieee && !unsignedZero && (bits & 0x7f) == 0x7f) {
                value = Double.NaN;
            }
            boolean negative = (bits & 0x80) != 0;
            values[bits] = (float) (negative ? -value : value);
            if (unsignedZero && bits == 0x80) {
                values[bits] = Float.NaN;
            }
        }
        return values;
    }

    private static float[] powers() {
        float[] values = new float[256];
        for (int b = 0; b < 255; b++) {
            values[b] = (float) Math.scalb(1.0, b - 127);
        }
        values[255] = Float.NaN;
        return values;
    }

    /** IEEE 754 binary16. */
    static float half(short bits) {
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        int sign = (bits & 0x8000) << 16;
        if (exponent == 31) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
        }
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
    }
}
