package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Arrays;

/**
 * Which elements of a task vector are its k largest in magnitude; of equal ones the first. Exact, without keeping the tensor:
 * non-negative doubles are ordered as their bits, so the k-th largest is found 16 bits a pass.
 *
 * @param threshold the k-th largest magnitude
 * @param lastEqual elements of that very magnitude are kept up to this index
 */
record Magnitudes(double threshold, long lastEqual) {
    private static final int DIGIT = 16;
    private static final int DIGITS = 64 / DIGIT;

    /** Keeps everything. */
    static final Magnitudes ALL = new Magnitudes(0, Long.MAX_VALUE);

    /**
     * The k = ⌊density · n⌋ largest, at least one. NaN counts as larger than every number.
     *
     * @param density in (0, 1]
     */
    static Magnitudes largest(TensorInputs inputs, int model, double density) throws IOException {
        long n = inputs.count();
        if (density >= 1 || n == 0) {
            return ALL;
        }
        long left = Math.max(1, (long) (density * n)); // how many of the candidates are kept
        long prefix = 0;
        for (int digit = 0; digit < DIGITS; digit++) {
            long[] histogram = histogram(inputs, model, prefix, digit);
            int value = histogram.length - 1;
            while (histogram[value] < left) {
                left -= histogram[value];
                value--;
            }
            prefix = prefix << DIGIT | value;
        }
        double threshold = Double.longBitsToDouble(prefix);
        return new Magnitudes(threshold, indexOfEqual(inputs, model, threshold, left));
    }

    /** How many magnitudes that begin with {@code prefix} have which next digit. */
    private static long[] histogram(TensorInputs inputs, int model, long prefix, int digit) throws IOException {
        long[] histogram = new long[1 << DIGIT];
        int shift = 64 - DIGIT * (digit + 1);
        inputs.forEachDelta(model, (first, count, delta) -> {
            for (int i = 0; i < count; i++) {
                long bits = Double.doubleToRawLongBits(delta[i]) & Long.MAX_VALUE;
                if (digit == 0 || bits >>> (shift + DIGIT) == prefix) {
                    histogram[(int) (bits >>> shift) & ((1 << DIGIT) - 1)]++;
                }
            }
        });
        return histogram;
    }

    /** Index of the {@code wanted}-th element of that magnitude. */
    private static long indexOfEqual(TensorInputs inputs, int model, double magnitude, long wanted) throws IOException {
        long[] state = {wanted, Long.MAX_VALUE};
        inputs.forEachDelta(model, (first, count, delta) -> {
            for (int i = 0; i < count && state[0] > 0; i++) {
                if (Math.abs(delta[i]) == magnitude && --state[0] == 0) {
                    state[1] = first + i;
                }
            }
        });
        return state[1];
    }

    /** Sets all others to zero. */
    void keep(long first, int count, double[] delta) {
        if (equals(ALL)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            double magnitude = Math.abs(delta[i]);
            if (magnitude < threshold || (magnitude == threshold && first + i > lastEqual)) {
                delta[i] = 0;
            }
        }
    }

    /** Factor that gives the kept ones the sum of magnitudes of all; 1 where either sum is below 1e-7, as in mergekit. */
    static double l1Factor(TensorInputs inputs, int model, Thinning thinning) throws IOException {
        double[] sums = new double[2];
        double[] kept = new double[TensorInputs.CHUNK];
        inputs.forEachDelta(model, (first, count, delta) -> {
            System.arraycopy(delta, 0, kept, 0, count);
            thinning.thin(first, count, kept);
            sums[0] += Arrays.stream(delta, 0, count).map(Math::abs).sum();
            sums[1] += Arrays.stream(kept, 0, count).map(Math::abs).sum();
        });
        return sums[0] < 1e-7 || sums[1] < 1e-7 ? 1 : sums[0] / sums[1];
    }

    /** Sets elements of a task vector to zero. */
    @FunctionalInterface
    interface Thinning {
        void thin(long first, int count, double[] delta);
    }
}
