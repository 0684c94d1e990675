package org.lowrank.spectral.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;

/** ‖B − A‖_F, by definition and by its axioms. */
class FrobeniusDistanceTest {
    /** Small integers and halves, which every type holds exactly; rows with a gap between. */
    private static StridedBlock block(ElementType type, int rows, int cols, long seed) {
        int stride = cols + 3;
        ByteBuffer data =
                ByteBuffer.allocateDirect(rows * stride * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(seed);
        for (int i = 0; i < rows * stride; i++) {
            float value = (random.nextInt(65) - 32) / 2f;
            switch (type) {
                case F64 -> data.putDouble(value);
                case F32 -> data.putFloat(value);
                case BF16 -> data.putShort((short) (Float.floatToIntBits(value) >> 16));
                case F16 -> data.putShort(half(value));
            }
        }
        return new StridedBlock(data.rewind(), type, rows, cols, stride);
    }

    /** binary16 of a value that it holds exactly and that is normal or zero. */
    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = ((bits >> 23) & 0xff) - 112;
        return (short)
                (value == 0 ? bits >> 16 & 0x8000 : (bits >> 16 & 0x8000) | exponent << 10 | (bits >> 13 & 0x3ff));
    }

    private static double byDefinition(StridedBlock a, StridedBlock b) {
        double squares = 0;
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < a.cols(); j++) {
                squares += Math.pow(b.get(i, j) - a.get(i, j), 2);
            }
        }
        return Math.sqrt(squares);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void isTheRootOfTheSumOfSquaresOfDifferences(ElementType type) {
        StridedBlock a = block(type, 7, 11, 1);
        StridedBlock b = block(ElementType.F32, 7, 11, 2);
        // quarters of integers: sums of squares are exact in double whatever the order
        assertThat(FrobeniusDistance.of(StoredMatrix.of(a), false, StoredMatrix.of(b), false))
                .isEqualTo(byDefinition(a, b))
                .isEqualTo(FrobeniusDistance.of(StoredMatrix.of(b), false, StoredMatrix.of(a), false));
        assertThat(FrobeniusDistance.of(StoredMatrix.of(a), false, StoredMatrix.of(a), false))
                .isZero();
    }

    @Test
    void theLayoutDoesNotMatter() {
        StridedBlock top = block(ElementType.F32, 4, 6, 1);
        StridedBlock below = block(ElementType.F16, 3, 6, 2);
        StoredMatrix stacked = new StoredMatrix(List.of(top, below), StoredMatrix.Axis.ROWS);
        StridedBlock other = block(ElementType.F32, 6, 7, 3);
        double squares = 0;
        for (int i = 0; i < 7; i++) {
            for (int j = 0; j < 6; j++) {
                double mine = i < 4 ? top.get(i, j) : below.get(i - 4, j);
                squares += Math.pow(mine - other.get(j, i), 2);
            }
        }
        assertThat(FrobeniusDistance.of(stacked, false, StoredMatrix.of(other), true))
                .isCloseTo(Math.sqrt(squares), within(1e-12));
    }

    @Test
    void rowsAreWidenedAsSingleElementsAre() {
        for (ElementType type : List.of(ElementType.F16, ElementType.BF16)) {
            ByteBuffer all = ByteBuffer.allocateDirect(2 << 16).order(ByteOrder.LITTLE_ENDIAN);
            for (int bits = 0; bits < 1 << 16; bits++) {
                all.putShort((short) bits);
            }
            StridedBlock block = new StridedBlock(all.rewind(), type, 1, 1 << 16, 1 << 16);
            double[] row = new double[1 << 16];
            block.row(0, row);
            for (int bits = 0; bits < 1 << 16; bits++) {
                assertThat(Double.doubleToLongBits(row[bits]))
                        .as(type + " " + bits)
                        .isEqualTo(Double.doubleToLongBits(block.get(0, bits)));
            }
        }
    }

    @Test
    void otherShapesHaveNoDistance() {
        assertThatThrownBy(() -> FrobeniusDistance.of(
                        StoredMatrix.of(block(ElementType.F32, 4, 6, 1)), false,
                        StoredMatrix.of(block(ElementType.F32, 4, 6, 2)), true))
                .hasMessage("no difference of 4 x 6 and 6 x 4");
    }
}
