package org.lowrank.machine.memory;

/**
 * A 16-bit floating-point format.
 *
 * @param fractionBits kept of a double's 52
 * @param bias of the exponent
 * @param infinity bits of infinity
 * @param smallestNormal below it the format's numbers are equally spaced,
 * @param perUnit this many to 1
 */
record SmallFloat(int fractionBits, int bias, int infinity, double smallestNormal, double perUnit) {
    /** IEEE 754 binary16: 5 exponent bits, 10 fraction bits; below 2⁻¹⁴ multiples of 2⁻²⁴. */
    static final SmallFloat F16 = new SmallFloat(10, 15, 0x7c00, 0x1p-14, 0x1p24);
    /** bfloat16: 8 exponent bits, 7 fraction bits; below 2⁻¹²⁶ multiples of 2⁻¹³³. */
    static final SmallFloat BF16 = new SmallFloat(7, 127, 0x7f80, 0x1p-126, 0x1p133);

    private static final int DOUBLE_BIAS = 1023;

    /** Bits of a double's fraction that are rounded away. */
    int dropped() {
        return 52 - fractionBits;
    }

    /** What the difference of the biases is in the format's bits. */
    long rebias() {
        return (long) (DOUBLE_BIAS - bias) << fractionBits;
    }

    /**
     * The format's bits of a number. Exponent and fraction of a double lie side by side as they do in the small format, so a carry out
     * of the rounded fraction raises the exponent by itself.
     */
    short round(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int sign = (int) (bits >>> 48) & 0x8000;
        double magnitude = Math.abs(value);
        if (magnitude < smallestNormal) {
            return (short) (sign | (int) Math.rint(magnitude * perUnit));
        }
        if (Double.isNaN(magnitude)) {
            return (short) (sign | infinity | 1 << (fractionBits - 1));
        }
        long kept = bits & Long.MAX_VALUE;
        long rounded = (kept + ((1L << (dropped() - 1)) - 1) + (kept >>> dropped() & 1)) >>> dropped();
        return (short) (sign | (int) Math.min(rounded - rebias(), infinity));
    }
}
