package org.lowrank.weights.tensor;

import java.io.IOException;

/**
 * Euclidean norms of the slices of a stored array across one axis: element c is √Σ v²(b, c, a) over all b and a, summed in
 * double. The array is read once, when this is opened.
 *
 * @param array seen as before × count × after
 * @param count length of the axis, 1 for the norm of the whole array
 * @param after elements of the axes behind it
 */
record SliceNormElements(StoredTensor array, long count, long after) implements Elements {
    private static final int RUN = 4096;

    @Override
    public int digits() {
        return 53;
    }

    @Override
    public boolean whole() {
        return false;
    }

    @Override
    public Reader open() throws IOException {
        double[] squares = new double[Math.toIntExact(count)];
        double[] run = new double[RUN];
        long elements = array.elements();
        try (Reader reader = Elements.of(array).open()) {
            for (long index = 0; index < elements; index += RUN) {
                int read = (int) Math.min(RUN, elements - index);
                reader.read(index, 1, read, run, 0);
                for (int i = 0; i < read; i++) {
                    squares[(int) ((index + i) / after % count)] += run[i] * run[i];
                }
            }
        }
        for (int c = 0; c < squares.length; c++) {
            squares[c] = Math.sqrt(squares[c]);
        }
        return new InMemory(squares);
    }

    /** Reads values that are there. */
    record InMemory(double[] values) implements Reader {
        @Override
        public void read(long index, long step, int count, double[] out, int at) {
            for (int i = 0; i < count; i++) {
                out[at + i] = values[Math.toIntExact(index + i * step)];
            }
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
