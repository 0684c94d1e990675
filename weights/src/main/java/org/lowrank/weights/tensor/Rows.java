package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;

/** Divides a run of elements of a row-major array into runs within one innermost row. */
final class Rows {
    private Rows() {}

    /** Receives elements {@code column}, {@code column + step}, … of row {@code row}, the rows counted over all outer axes. */
    @FunctionalInterface
    interface Part {
        void read(long row, long column, int count, int at) throws IOException;
    }

    static void forEach(List<Long> shape, long index, long step, int count, Part part) throws IOException {
        long width = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        int done = 0;
        while (done < count) {
            long element = index + done * step;
            long column = element % width;
            long fits = step == 0 ? count : (width - 1 - column) / step + 1;
            int run = (int) Math.min(count - done, fits);
            part.read(element / width, column, run, done);
            done += run;
        }
    }
}
