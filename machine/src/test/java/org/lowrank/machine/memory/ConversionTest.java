package org.lowrank.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every conversion does; expected numbers by exact rational arithmetic, bit by bit, or IEEE 754's own examples. */
abstract class ConversionTest {
    abstract Conversion conversion();

    /** Zeros, subnormal numbers, ties, the borders of every format, and lengths that fill no vector. */
    private static double[] numbers() {
        double[] special = {
            0,
            -0.0,
            1,
            -2.5,
            0.1,
            -1.0 / 3,
            65504,
            65519.999,
            1 + 0x1p-11,
            1 + 3 * 0x1p-11,
            1 + 0x1p-11 + 0x1p-40,
            1 + 0x1p-8,
            1 + 3 * 0x1p-8,
            1 + 0x1p-8 + 0x1p-40,
            0x1p-14,
            0x1p-14 - 0x1p-26,
            0x1p-24,
            0x1p-25,
            1.5 * 0x1p-24,
            0x1p-126,
            0x1p-133,
            0x1p-134,
            -1.5 * 0x1p-133,
            Double.MIN_VALUE
        };
        Random random = new Random(5);
        double[] all = new double[3_011];
        for (int i = 0; i < all.length; i++) {
            all[i] = i < special.length ? special[i] : random.nextGaussian() * Math.scalb(1, random.nextInt(40) - 28);
            all[i] = Math.abs(all[i]) < 65520 ? all[i] : 1;
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void everyNumberIsRoundedOnceToNearestEven(ElementType type) {
        double[] values = numbers();
        for (int count : new int[] {0, 1, 7, 8, 9, values.length}) {
            ByteBuffer out = buffer(type, count + 3).position(2 * type.bytes());
            assertThat(conversion().round(type, values, values.length - count, count, out))
                    .isTrue();
            assertThat(out.remaining()).isEqualTo(type.bytes());
            for (int i = 0; i < count; i++) {
                double value = values[values.length - count + i];
                assertThat(bits(type, out, 2 + i)).as("%s", value).isEqualTo(rounded(type, value));
            }
            assertThat(bits(type, out, 1)).isZero();
            assertThat(bits(type, out, 2 + count)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"F16", "BF16"})
    void everyStoredNumberIsWidenedExactlyAndRoundedToItself(ElementType type) {
        ByteBuffer data = buffer(type, 65536);
        for (int bits = 0; bits < 65536; bits++) {
            data.putShort(2 * bits, (short) bits);
        }
        double[] wide = new double[65536 + 1];
        assertThat(conversion().widen(type, data, 0, 65536, wide, 1)).isFalse();
        ByteBuffer back = buffer(type, 65536);
        conversion().round(type, wide, 1, 65536, back);
        for (int bits = 0; bits < 65536; bits++) {
            double expected = value(type, bits);
            assertThat(Double.valueOf(wide[1 + bits])).as("%x", bits).isEqualTo(Double.valueOf(expected));
            if (!Double.isNaN(expected)) {
                assertThat(back.getShort(2 * bits) & 0xffff).isEqualTo(bits);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void anyPartOfAnArrayIsWidened(ElementType type) {
        ByteBuffer data = buffer(type, 100);
        for (int i = 0; i < 100; i++) {
            conversion().round(type, new double[] {i - 50}, 0, 1, data.position(i * type.bytes()));
        }
        for (int from : new int[] {0, 1, 30}) {
            for (int count : new int[] {0, 1, 8, 13, 70}) {
                double[] out = new double[80];
                assertThat(conversion().widen(type, data, from, count, out, 3)).isTrue();
                for (int i = 0; i < 80; i++) {
                    assertThat(out[i]).isEqualTo(i >= 3 && i < 3 + count ? from + i - 3 - 50 : 0);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void whatIsNotFiniteIsToldWhereverItStands(ElementType type) {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (int place = 0; place < 21; place++) {
                double[] values = new double[21];
                values[place] = bad;
                ByteBuffer out = buffer(type, 21);
                assertThat(conversion().round(type, values, 0, 21, out)).isFalse();
                double[] back = new double[21];
                assertThat(conversion().widen(type, out, 0, 21, back, 0)).isFalse();
                assertThat(back).isEqualTo(values);
            }
        }
    }

    /** The largest finite number and half a unit in the last place: from there on it is infinity (IEEE 754, 4.3.1). */
    @Test
    void whatIsTooLargeBecomesInfinity() {
        overflow(ElementType.F32, 0x1.ffffffp127);
        overflow(ElementType.F16, 65520);
        overflow(ElementType.BF16, 0x1.ffp127);
    }

    private void overflow(ElementType type, double first) {
        double[] values = new double[17];
        java.util.Arrays.fill(values, -Math.nextDown(first));
        assertThat(conversion().round(type, values, 0, 17, buffer(type, 17))).isTrue();
        values[9] = -first;
        ByteBuffer out = buffer(type, 17);
        assertThat(conversion().round(type, values, 0, 17, out)).isFalse();
        double[] back = new double[17];
        conversion().widen(type, out, 0, 17, back, 0);
        assertThat(back[9]).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(back[8]).isFinite();
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void nothingOutsideIsTouched(ElementType type) {
        ByteBuffer data = buffer(type, 10);
        assertThatThrownBy(() -> conversion().widen(type, data, 3, 8, new double[8], 0))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> conversion().round(type, new double[11], 0, 11, data))
                .isInstanceOf(RuntimeException.class);
    }

    private static ByteBuffer buffer(ElementType type, int count) {
        return ByteBuffer.allocateDirect(count * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long bits(ElementType type, ByteBuffer data, int i) {
        return switch (type) {
            case F64 -> data.getLong(8 * i);
            case F32 -> data.getInt(4 * i) & 0xffffffffL;
            case F16, BF16 -> data.getShort(2 * i) & 0xffff;
        };
    }

    private static double value(ElementType type, int bits) {
        ByteBuffer one = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits);
        return new StridedBlock(one, type, 1, 1, 1).get(0, 0);
    }

    /** Of a format's two neighbours of a number the nearer one, in exact arithmetic; of two equally near ones the even one. */
    private static long rounded(ElementType type, double value) {
        return switch (type) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value) & 0xffffffffL;
            case F16, BF16 -> {
                int low = 0;
                int high = type == ElementType.F16 ? 0x7bff : 0x7f7f;
                while (low < high) { // the largest number that is not above |value|
                    int middle = (low + high + 1) / 2;
                    if (value(type, middle) <= Math.abs(value)) {
                        low = middle;
                    } else {
                        high = middle - 1;
                    }
                }
                BigDecimal below = exact(Math.abs(value)).subtract(exact(value(type, low)));
                BigDecimal above = exact(value(type, low + 1)).subtract(exact(Math.abs(value)));
                int nearer = below.compareTo(above) == 0 ? low + low % 2 : below.compareTo(above) < 0 ? low : low + 1;
                yield nearer | (Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0);
            }
        };
    }

    /** Infinity stands where the next number of the format would be. */
    private static BigDecimal exact(double value) {
        return Double.isInfinite(value) ? new BigDecimal(65536) : new BigDecimal(value);
    }
}
