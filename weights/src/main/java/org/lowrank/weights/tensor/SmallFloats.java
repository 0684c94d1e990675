package org.lowrank.weights.tensor;

/**
 * Floating-point formats of 16 and 8 bits, widened exactly to binary32. Infinities and NaN are kept: they are reported
 * where they are met.
 */
final class SmallFloats {
    private SmallFloats() {}

    /** IEEE 754 binary16: 5 exponent bits of bias 15, 10 fraction bits. */
    static float f16(int bits) {
        return widen(bits & 0xffff, 5, 10, 15);
    }

    /** bfloat16: the upper half of a binary32. */
    static float bf16(int bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** E5M2, as IEEE 754 would have it: bias 15, infinities and NaN. */
    static float f8e5m2(int bits) {
        return widen(bits & 0xff, 5, 2, 15);
    }

    /** E4M3 "fn": bias 7, no infinity, 0x7F and 0xFF are NaN, largest 448. */
    static float f8e4m3(int bits) {
        return (bits & 0x7f) == 0x7f ? Float.NaN : finite(bits & 0xff, 4, 3, 7);
    }

    /** E4M3 "fnuz": bias 8, neither infinity nor negative zero, 0x80 is NaN. */
    static float f8e4m3fnuz(int bits) {
        return (bits & 0xff) == 0x80 ? Float.NaN : finite(bits & 0xff, 4, 3, 8);
    }

    /** E5M2 "fnuz": bias 16, neither infinity nor negative zero, 0x80 is NaN. */
    static float f8e5m2fnuz(int bits) {
        return (bits & 0xff) == 0x80 ? Float.NaN : finite(bits & 0xff, 5, 2, 16);
    }

    /** E8M0: 2^(b - 127), 0xFF is NaN. */
    static float f8e8m0(int bits) {
        int exponent = bits & 0xff;
        return exponent == 0xff ? Float.NaN : (float) Math.scalb(1.0, exponent - 127);
    }

    private static float widen(int bits, int exponentBits, int fractionBits, int bias) {
        int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
        if (exponent != (1 << exponentBits) - 1) {
            return finite(bits, exponentBits, fractionBits, bias);
        }
        boolean negative = bits >> (exponentBits + fractionBits) != 0;
        if ((bits & ((1 << fractionBits) - 1)) != 0) {
            return Float.NaN;
        }
        return negative ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
    }

    private static float finite(int bits, int exponentBits, int fractionBits, int bias) {
        int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
        int fraction = bits & ((1 << fractionBits) - 1);
        int significand = exponent == 0 ? fraction : fraction | (1 << fractionBits);
        float magnitude = Math.scalb((float) significand, Math.max(exponent, 1) - bias - fractionBits);
        return bits >> (exponentBits + fractionBits) != 0 ? -magnitude : magnitude;
    }

    /** All values of a format of up to 16 bits. */
    static float[] table(int bits, Widening widening) {
        float[] values = new float[1 << bits];
        for (int i = 0; i < values.length; i++) {
            values[i] = widening.widen(i);
        }
        return values;
    }

    /** Bits to their value. */
    @FunctionalInterface
    interface Widening {
        float widen(int bits);
    }
}
