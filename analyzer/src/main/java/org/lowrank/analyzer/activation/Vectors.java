package org.lowrank.analyzer.activation;

import java.nio.ByteOrder;
import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.bytes.OffHeap;

/** Some tokens' vectors, one row each, in float32. */
record Vectors(float[] entries, int rows, int width) {
    /** These rows of activations. */
    static Vectors of(List<StridedBlock> blocks, int[] wanted, int width) {
        float[] entries = new float[Math.multiplyExact(wanted.length, width)];
        int block = 0;
        int before = 0;
        for (int i = 0; i < wanted.length; i++) {
            while (wanted[i] >= before + blocks.get(block).rows()) {
                before += blocks.get(block).rows();
                block++;
            }
            StridedBlock from = blocks.get(block);
            from.data()
                    .duplicate()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get((wanted[i] - before) * from.rowStride(), entries, i * width, width);
        }
        return new Vectors(entries, wanted.length, width);
    }

    /** Rows [from, to). */
    Vectors part(int from, int to) {
        return new Vectors(java.util.Arrays.copyOfRange(entries, from * width, to * width), to - from, width);
    }

    /** At most so many rows, evenly spread. */
    Vectors sample(int most) {
        if (rows <= most) {
            return this;
        }
        float[] chosen = new float[most * width];
        for (int i = 0; i < most; i++) {
            int row = (int) ((long) i * rows / most);
            System.arraycopy(entries, row * width, chosen, i * width, width);
        }
        return new Vectors(chosen, most, width);
    }

    /** Mean of all rows of both. */
    static double[] mean(Vectors a, Vectors b) {
        double[] mean = new double[a.width];
        a.addTo(mean);
        b.addTo(mean);
        for (int j = 0; j < mean.length; j++) {
            mean[j] /= a.rows + b.rows;
        }
        return mean;
    }

    private void addTo(double[] sum) {
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < width; j++) {
                sum[j] += entries[i * width + j];
            }
        }
    }

    /** Every row less a vector. */
    Vectors less(double[] mean) {
        float[] rest = new float[entries.length];
        for (int i = 0; i < entries.length; i++) {
            rest[i] = (float) (entries[i] - mean[i % width]);
        }
        return new Vectors(rest, rows, width);
    }

    /** Length of a row. */
    double length(int row) {
        double squares = 0;
        for (int j = 0; j < width; j++) {
            double entry = entries[row * width + j];
            squares += entry * entry;
        }
        return Math.sqrt(squares);
    }

    /** Share of ‖X‖² in the span of orthonormal directions; 0 for the zero matrix. */
    double energyIn(double[][] directions) {
        double all = 0;
        double held = 0;
        for (int i = 0; i < rows; i++) {
            double length = length(i);
            all += length * length;
            for (double[] direction : directions) {
                double product = 0;
                for (int j = 0; j < width; j++) {
                    product += direction[j] * entries[i * width + j];
                }
                held += product * product;
            }
        }
        return all == 0 ? 0 : Math.min(1, held / all);
    }

    /** As a matrix for measuring; valid until the memory is closed. */
    StoredMatrix matrix(OffHeap memory) {
        memory.bytes().asFloatBuffer().put(entries);
        return StoredMatrix.of(new StridedBlock(memory.bytes(), ElementType.F32, rows, width, width));
    }
}
