package org.lowrank.merge.prediction;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.StoredMatrix;

/** A matrix [out, in] in doubles outside the heap, as the engine reads it. */
record Dense(int rows, int cols, ByteBuffer bytes) {
    static Dense zeros(int rows, int cols) {
        int size = Math.multiplyExact(Math.multiplyExact(rows, cols), Double.BYTES);
        return new Dense(rows, cols, ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** What a difference of weights is: one block of doubles. */
    static Dense of(StoredMatrix difference) {
        if (difference.blocks().size() != 1) {
            throw new IllegalArgumentException("a matrix of 2 GiB and more in doubles cannot be compared");
        }
        StridedBlock block = difference.blocks().get(0);
        return new Dense(block.rows(), block.cols(), block.data());
    }

    StoredMatrix stored() {
        return new StoredMatrix(
                List.of(new StridedBlock(bytes, ElementType.F64, rows, cols, cols)), StoredMatrix.Axis.ROWS);
    }

    DoubleBuffer entries() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear().asDoubleBuffer();
    }

    /** Index of the first NaN or infinity, −1 where all are finite. */
    long firstNotFinite() {
        DoubleBuffer mine = entries();
        for (int i = 0; i < rows * cols; i++) {
            if (!Double.isFinite(mine.get(i))) {
                return i;
            }
        }
        return -1;
    }

    /** this + w · other. */
    void add(double w, Dense other) {
        DoubleBuffer mine = entries();
        DoubleBuffer theirs = other.entries();
        for (int i = 0; i < rows * cols; i++) {
            mine.put(i, mine.get(i) + w * theirs.get(i));
        }
    }

    /** this + w · the other with rows and columns in random order and with random signs. */
    void addScrambled(double w, Dense other, long seed) {
        Random random = new Random(seed);
        int[] rowOrder = order(rows, random);
        int[] colOrder = order(cols, random);
        double[] rowSigns = signs(rows, random);
        double[] colSigns = signs(cols, random);
        DoubleBuffer mine = entries();
        DoubleBuffer theirs = other.entries();
        for (int i = 0; i < rows; i++) {
            int row = rowOrder[i] * cols;
            for (int j = 0; j < cols; j++) {
                int at = i * cols + j;
                mine.put(at, mine.get(at) + w * rowSigns[i] * colSigns[j] * theirs.get(row + colOrder[j]));
            }
        }
    }

    private static int[] order(int count, Random random) {
        int[] order = IntStream.range(0, count).toArray();
        for (int i = count - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    private static double[] signs(int count, Random random) {
        return IntStream.range(0, count)
                .mapToDouble(i -> random.nextBoolean() ? 1 : -1)
                .toArray();
    }

    /** ⟨this, other⟩, the number of elements non-zero in both, and that of opposite signs among them. */
    double[] against(Dense other) {
        DoubleBuffer mine = entries();
        DoubleBuffer theirs = other.entries();
        double dot = 0;
        long both = 0;
        long opposite = 0;
        for (int i = 0; i < rows; i++) {
            double rowDot = 0;
            for (int j = 0; j < cols; j++) {
                double product = Math.signum(mine.get(i * cols + j)) * Math.signum(theirs.get(i * cols + j));
                rowDot += mine.get(i * cols + j) * theirs.get(i * cols + j);
                both += product != 0 ? 1 : 0;
                opposite += product < 0 ? 1 : 0;
            }
            dot += rowDot;
        }
        return new double[] {dot, both, opposite};
    }
}
