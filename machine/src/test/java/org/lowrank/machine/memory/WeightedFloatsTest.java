package org.lowrank.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link WeightedFloats} promises. */
abstract class WeightedFloatsTest {
    private final WeightedFloats sum = sum();

    abstract WeightedFloats sum();

    /** The definition, one operation after the other, of every count about a vector's length. */
    @Test
    void bitsAreThoseOfOneOperationAfterTheOther() {
        Random random = new Random(4);
        for (int count = 0; count < 40; count++) {
            for (int models = 1; models <= 4; models++) {
                float[][] x = new float[models + 1][count];
                double[] w = random.doubles(models, -2, 2).toArray();
                double f = random.nextGaussian();
                for (float[] numbers : x) {
                    for (int i = 0; i < count; i++) {
                        numbers[i] = any(random);
                    }
                }
                float[] base = x[models];
                float[] plain = new float[count + 1];
                float[] differences = new float[count + 1];
                sum.of(x, w, count, plain);
                sum.ofDifferences(base, x, w, f, count, differences);
                for (int i = 0; i < count; i++) {
                    double p = 0;
                    double d = 0;
                    for (int m = 0; m < models; m++) {
                        double change = (double) x[m][i] - base[i];
                        p = m == 0 ? w[m] * x[m][i] : p + w[m] * x[m][i];
                        d = m == 0 ? w[m] * change : d + w[m] * change;
                    }
                    assertThat(Float.floatToRawIntBits(plain[i])).isEqualTo(Float.floatToRawIntBits((float) p));
                    assertThat(Float.floatToRawIntBits(differences[i]))
                            .isEqualTo(Float.floatToRawIntBits((float) (base[i] + f * d)));
                }
                assertThat(plain[count]).as("beyond count").isZero();
                assertThat(differences[count]).as("beyond count").isZero();
            }
        }
    }

    /** Ordinary numbers, zeros of both signs, subnormal ones, large ones. */
    private static float any(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> 0f;
            case 1 -> -0f;
            case 2 -> Float.MIN_VALUE * random.nextInt(1000);
            case 3 -> (float) (random.nextGaussian() * 1e37);
            default -> (float) random.nextGaussian();
        };
    }

    /** 1 + 2^-24 lies in the middle of two floats, 1 and 1 + 2^-23: the even one is 1; a hair more is nearer to the other. */
    @Test
    void roundedOnceTiesToEven() {
        float[] out = new float[16];
        float[] ones = filled(1);
        float[] small = filled(0x1p-24f);
        sum.of(new float[][] {ones, small}, new double[] {1, 1}, 16, out);
        assertThat(out).containsOnly(1f);
        sum.of(new float[][] {ones, small}, new double[] {1, 1 + 0x1p-20}, 16, out);
        assertThat(out).containsOnly(1 + 0x1p-23f);
    }

    /** 0.1f · 3 − 0.3f is below a float's last digit and exact in double: 7.45e-9 + what 0.1f and 0.3f are off, by rational arithmetic. */
    @Test
    void cancellationKeepsItsDigits() {
        float[] out = new float[9];
        BigDecimal exact = new BigDecimal(0.1f).multiply(new BigDecimal(3)).subtract(new BigDecimal(0.3f));
        sum.of(new float[][] {filled(0.1f), filled(0.3f)}, new double[] {3, -1}, 9, out);
        assertThat(out).containsOnly(exact.floatValue());
    }

    @Test
    void anInfinityAnywhereIsTold() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int at = 0; at < 13; at++) {
                float[] ones = filled(1);
                float[] x = filled(1);
                x[at] = bad;
                float[] out = new float[13];
                double[] w = {0, 1};
                assertThat(sum.of(new float[][] {x, ones}, w, 13, out)).isFalse();
                assertThat(sum.of(new float[][] {ones, x}, w, 13, out)).isFalse();
                assertThat(sum.ofDifferences(ones, new float[][] {x, ones}, w, 0, 13, out))
                        .isFalse();
                assertThat(sum.ofDifferences(x, new float[][] {ones, ones}, w, 1, 13, out))
                        .isFalse();
            }
        }
        assertThat(sum.of(new float[][] {filled(1)}, new double[] {1}, 13, new float[13]))
                .isTrue();
    }

    /** The largest float is 3.4028235e38; twice it is an infinity after rounding. */
    @Test
    void beyondTheLargestFloatIsTold() {
        float[] x = filled(Float.MAX_VALUE);
        assertThat(sum.of(new float[][] {x}, new double[] {2}, 13, new float[13]))
                .isFalse();
        assertThat(sum.ofDifferences(filled(0), new float[][] {x}, new double[] {1}, 2, 13, new float[13]))
                .isFalse();
        assertThat(sum.of(new float[][] {x, x}, new double[] {2, -1}, 13, new float[13]))
                .as("only the sum is rounded")
                .isTrue();
    }

    private static float[] filled(float value) {
        float[] x = new float[16];
        java.util.Arrays.fill(x, value);
        return x;
    }
}
