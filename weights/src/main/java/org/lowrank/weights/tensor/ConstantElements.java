package org.lowrank.weights.tensor;

import java.util.Arrays;

/** One value everywhere. */
record ConstantElements(double value) implements Elements {
    @Override
    public int digits() {
        return CodebookElements.digits(value);
    }

    @Override
    public boolean whole() {
        return value == Math.rint(value);
    }

    @Override
    public Reader open() {
        return new Reader() {
            @Override
            public void read(long index, long step, int count, double[] out, int at) {
                Arrays.fill(out, at, at + count, value);
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }
}
