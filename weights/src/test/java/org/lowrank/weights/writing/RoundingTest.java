package org.lowrank.weights.writing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

class RoundingTest {
    /** Expected: {@code numpy.float64(v).astype(numpy.float16)}, numpy 2.4.6. */
    @Test
    void binary16IsRoundedOnceToNearestEven() {
        assertF16(0.0, 0x0000);
        assertF16(-0.0, 0x8000);
        assertF16(1.0, 0x3c00);
        assertF16(-2.5, 0xc100);
        assertF16(65504.0, 0x7bff);
        assertF16(65519.999, 0x7bff);
        assertF16(0x1p-14, 0x0400);
        assertF16(0x1p-24, 0x0001);
        assertF16(0x1p-25, 0x0000);
        assertF16(1.5 * 0x1p-24, 0x0002);
        assertF16(1 + 0x1p-11, 0x3c00);
        assertF16(1 + 3 * 0x1p-11, 0x3c02);
        assertF16(0.1, 0x2e66);
        assertF16(-1.0 / 3, 0xb555);
    }

    /** Through binary32 the last digit is lost and the tie goes to even, 0x3c00: numpy gives 0x3c01. */
    @Test
    void binary16IsNotRoundedTwice() {
        assertF16(1 + 0x1p-11 + 0x1p-40, 0x3c01);
    }

    /** Expected: exact rational arithmetic, Python's fractions. */
    @Test
    void bfloat16IsRoundedOnceToNearestEven() {
        assertBf16(0.0, 0x0000);
        assertBf16(-0.0, 0x8000);
        assertBf16(1.0, 0x3f80);
        assertBf16(-2.5, 0xc020);
        assertBf16(0x1.fep127, 0x7f7f);
        assertBf16(0x1p-126, 0x0080);
        assertBf16(0x1p-133, 0x0001);
        assertBf16(0x1p-134, 0x0000);
        assertBf16(1.5 * 0x1p-133, 0x0002);
        assertBf16(1 + 0x1p-8, 0x3f80);
        assertBf16(1 + 0x1p-8 + 0x1p-40, 0x3f81);
        assertBf16(1 + 3 * 0x1p-8, 0x3f82);
        assertBf16(0.1, 0x3dcd);
        assertBf16(-1.0 / 3, 0xbeab);
    }

    @Test
    void whatIsTooLargeBecomesInfinityAndNotANumberStays() {
        assertF16(65520, 0x7c00);
        assertF16(-1e300, 0xfc00);
        assertBf16(Float.MAX_VALUE, 0x7f80);
        assertF16(Double.NaN, 0x7e00);
        assertBf16(Double.NaN, 0x7fc0);
        assertF16(Double.NEGATIVE_INFINITY, 0xfc00);
    }

    /** The tests' own rounding works by scaling and rint, not on bits. */
    @Test
    void anotherRoundingAgreesOnAMillionNumbers() {
        Random random = new Random(1);
        for (int i = 0; i < 500_000; i++) {
            double value = random.nextGaussian() * Math.scalb(1, random.nextInt(40) - 26);
            short f16 = rounded(DType.F16, value);
            if ((f16 & 0x7c00) != 0x7c00) {
                assertThat(f16).as("%s", value).isEqualTo(other(DType.F16, value));
            }
            double wide = random.nextGaussian() * Math.scalb(1, random.nextInt(250) - 136);
            assertThat(rounded(DType.BF16, wide)).as("%s", wide).isEqualTo(other(DType.BF16, wide));
        }
    }

    @Test
    void everyStoredNumberIsWrittenAsItWas() {
        for (int bits = 0; bits < 65536; bits++) {
            if ((bits & 0x7c00) != 0x7c00) {
                assertF16(value(ElementType.F16, bits), bits);
            }
            if ((bits & 0x7f80) != 0x7f80) {
                assertBf16(value(ElementType.BF16, bits), bits);
            }
        }
    }

    @Test
    void theFirstValueThatDoesNotFitIsTold() {
        ByteBuffer out = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(Rounding.put(DType.F16, new double[] {7, 1, 65520, Double.NaN}, 1, 3, out))
                .isEqualTo(2);
        assertThat(Rounding.put(DType.F32, new double[] {1, 65520, 1e39}, 0, 3, out))
                .isEqualTo(2);
        assertThat(Rounding.put(DType.F64, new double[] {1, 1e39}, 0, 2, out)).isEqualTo(-1);
        assertThat(Rounding.put(DType.BF16, new double[] {Double.NaN}, 0, 1, out))
                .isZero();
    }

    private static short other(DType dtype, double value) {
        return ByteBuffer.wrap(TestTensor.of(dtype, java.util.List.of(), value).data())
                .order(ByteOrder.LITTLE_ENDIAN)
                .getShort();
    }

    private static short rounded(DType dtype, double value) {
        ByteBuffer out = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
        Rounding.put(dtype, new double[] {value}, 0, 1, out);
        return out.getShort(0);
    }

    private static double value(ElementType type, int bits) {
        ByteBuffer data = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, (short) bits);
        return new StridedBlock(data, type, 1, 1, 1).get(0, 0);
    }

    private static void assertF16(double value, int bits) {
        assertThat(rounded(DType.F16, value) & 0xffff).as("%s", value).isEqualTo(bits);
    }

    private static void assertBf16(double value, int bits) {
        assertThat(rounded(DType.BF16, value) & 0xffff).as("%s", value).isEqualTo(bits);
    }
}
