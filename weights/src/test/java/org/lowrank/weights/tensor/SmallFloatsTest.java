package org.lowrank.weights.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Every bit pattern of the small floating-point formats against (-1)^s · 2^(e - bias) · (1 + f / 2^bits). */
class SmallFloatsTest {
    @Test
    void e4m3HasNoInfinityAndTwoNotNumbers() {
        for (int bits = 0; bits < 256; bits++) {
            double expected = (bits & 0x7f) == 0x7f ? Double.NaN : value(bits, 4, 3, 7);
            assertThat((double) SmallFloats.f8e4m3(bits)).as("%02x", bits).isEqualTo(Double.valueOf(expected));
        }
        assertThat(SmallFloats.f8e4m3(0x7e)).isEqualTo(448);
    }

    @Test
    void e5m2IsSmallIeee() {
        for (int bits = 0; bits < 256; bits++) {
            double expected = (bits & 0x7c) != 0x7c
                    ? value(bits, 5, 2, 15)
                    : (bits & 3) != 0 ? Double.NaN : bits < 128 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            assertThat((double) SmallFloats.f8e5m2(bits)).as("%02x", bits).isEqualTo(Double.valueOf(expected));
        }
        assertThat(SmallFloats.f8e5m2(0x7b)).isEqualTo(57344);
    }

    @Test
    void fnuzFormatsUseMinusZeroForNotANumber() {
        for (int bits = 0; bits < 256; bits++) {
            double e4m3 = bits == 0x80 ? Double.NaN : value(bits, 4, 3, 8);
            double e5m2 = bits == 0x80 ? Double.NaN : value(bits, 5, 2, 16);
            assertThat((double) SmallFloats.f8e4m3fnuz(bits)).as("%02x", bits).isEqualTo(Double.valueOf(e4m3));
            assertThat((double) SmallFloats.f8e5m2fnuz(bits)).as("%02x", bits).isEqualTo(Double.valueOf(e5m2));
        }
        assertThat(SmallFloats.f8e4m3fnuz(0x7f)).isEqualTo(240);
    }

    @Test
    void e8m0IsAPowerOfTwo() {
        for (int bits = 0; bits < 255; bits++) {
            assertThat((double) SmallFloats.f8e8m0(bits)).as("%02x", bits).isEqualTo(Math.pow(2, bits - 127));
        }
        assertThat(SmallFloats.f8e8m0(0xff)).isNaN();
    }

    @Test
    void binary16IsWidenedExactly() {
        for (int bits = 0; bits < 65536; bits++) {
            double expected = (bits & 0x7c00) != 0x7c00
                    ? value(bits, 5, 10, 15)
                    : (bits & 0x3ff) != 0
                            ? Double.NaN
                            : bits < 32768 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
            if (Double.compare(SmallFloats.f16(bits), expected) != 0) {
                assertThat((double) SmallFloats.f16(bits)).as("%04x", bits).isEqualTo(Double.valueOf(expected));
            }
        }
        assertThat(SmallFloats.f16(0x7bff)).isEqualTo(65504);
    }

    @Test
    void bfloat16IsTheUpperHalfOfBinary32() {
        assertThat(SmallFloats.bf16(0x3f80)).isEqualTo(1);
        assertThat(SmallFloats.bf16(0xc049)).isEqualTo(-3.140625f);
        assertThat(SmallFloats.bf16(0x7f80)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(SmallFloats.bf16(0x7fc0)).isNaN();
        assertThat(SmallFloats.bf16(0x0001)).isEqualTo((float) Math.pow(2, -133));
    }

    private static double value(int bits, int exponentBits, int fractionBits, int bias) {
        int fraction = bits & ((1 << fractionBits) - 1);
        int exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
        double sign = bits >> (exponentBits + fractionBits) == 0 ? 1 : -1;
        double part = fraction / Math.pow(2, fractionBits);
        return exponent == 0 ? sign * part * Math.pow(2, 1 - bias) : sign * (1 + part) * Math.pow(2, exponent - bias);
    }
}
