package org.lowrank.weights.checkpoints;

/** Numbers to the bits of a small floating-point format, rounded to nearest, ties to even. */
final class SmallFloatBits {
    private SmallFloatBits() {}

    /**
     * Bits of a finite value.
     *
     * @param exponentBits width of the exponent
     * @param fractionBits width of the fraction
     * @param bias of the exponent
     */
    static int of(double value, int exponentBits, int fractionBits, int bias) {
        double magnitude = Math.abs(value);
        int exponent = magnitude == 0 ? 1 - bias : Math.max(Math.getExponent(magnitude), 1 - bias);
        // The hidden one carries into the exponent field by itself.
        long significand = (long) Math.rint(Math.scalb(magnitude, fractionBits - exponent));
        long hidden = 1L << fractionBits;
        long bits =
                significand >= hidden ? ((long) (exponent + bias) << fractionBits) + significand - hidden : significand;
        boolean negative = Double.doubleToRawLongBits(value) < 0;
        return (int) bits | (negative ? 1 << (exponentBits + fractionBits) : 0);
    }
}
