package org.lowrank.weights.tensor;

import java.io.IOException;

/** Each element rounded to single precision. */
record SingleElements(Elements exact) implements Elements {
    private static final int DIGITS = 24;

    @Override
    public int digits() {
        return Math.min(DIGITS, exact.digits());
    }

    @Override
    public boolean whole() {
        return exact.whole();
    }

    @Override
    public Reader open() throws IOException {
        Reader inner = exact.open();
        return new Reader() {
            @Override
            public void read(long index, long step, int count, double[] out, int at) throws IOException {
                inner.read(index, step, count, out, at);
                for (int i = at; i < at + count; i++) {
                    out[i] = (float) out[i];
                }
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }
}
