package org.lowrank.spectral;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.StoredMatrix;

/** Stored matrices with known contents. */
public final class TestMatrices {
    private TestMatrices() {}

    public static double[] gaussian(int rows, int cols, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] entries = new double[rows * cols];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = random.nextGaussian();
        }
        return entries;
    }

    /** The entries rounded to what the type can hold. */
    static double[] rounded(double[] entries, ElementType type) {
        StridedBlock block = block(entries, 1, entries.length, entries.length, type);
        double[] rounded = new double[entries.length];
        for (int j = 0; j < rounded.length; j++) {
            rounded[j] = block.get(0, j);
        }
        return rounded;
    }

    public static StoredMatrix stored(double[] entries, int rows, int cols, ElementType type) {
        return StoredMatrix.of(block(entries, rows, cols, cols, type));
    }

    /** Rows padded to the stride with 777, which must never be read. */
    static StridedBlock block(double[] entries, int rows, int cols, int stride, ElementType type) {
        ByteBuffer data =
                ByteBuffer.allocateDirect(rows * stride * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < stride; j++) {
                double value = j < cols ? entries[i * cols + j] : 777;
                switch (type) {
                    case F64 -> data.putDouble(value);
                    case F32 -> data.putFloat((float) value);
                    case BF16 -> data.putShort((short) (Float.floatToIntBits((float) value) >>> 16));
                    case F16 -> data.putShort(half(value));
                }
            }
        }
        return new StridedBlock(data.flip(), type, rows, cols, stride);
    }

    /** Nearest-below binary16, subnormals included, enough for test data. */
    public static short half(double value) {
        int sign = value < 0 || 1 / value < 0 ? 0x8000 : 0;
        double magnitude = Math.abs(value);
        if (Double.isNaN(magnitude)) {
            return (short) 0x7e00;
        }
        if (magnitude >= 65520) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x1p-14) {
            return (short) (sign | (int) (magnitude * 0x1p24));
        }
        int exponent = Math.getExponent(magnitude);
        int fraction = (int) ((magnitude / Math.scalb(1.0, exponent) - 1) * 1024);
        return (short) (sign | ((exponent + 15) << 10) | fraction);
    }
}
