package org.lowrank.weights.tensor;

import java.io.IOException;
import java.util.List;

/** Codes 0, 1, … and what each stands for. */
record CodebookElements(Elements codes, List<Double> table) implements Elements {
    CodebookElements {
        table = List.copyOf(table);
    }

    @Override
    public int digits() {
        return table.stream().mapToInt(CodebookElements::digits).max().orElse(0);
    }

    @Override
    public boolean whole() {
        return table.stream().allMatch(value -> value == Math.rint(value));
    }

    /** Binary digits of the significand: 1 for a power of two, at most 53. */
    static int digits(double value) {
        if (value == 0 || !Double.isFinite(value)) {
            return 0;
        }
        long significand = Double.doubleToLongBits(value) & 0xfffffffffffffL;
        return significand == 0 ? 1 : 53 - Long.numberOfTrailingZeros(significand);
    }

    @Override
    public Reader open() throws IOException {
        return reader(
                codes.open(), table.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Looks up what the inner reader reads. */
    static Reader reader(Reader inner, double[] values) {
        return new Reader() {
            @Override
            public void read(long index, long step, int count, double[] out, int at) throws IOException {
                inner.read(index, step, count, out, at);
                for (int i = at; i < at + count; i++) {
                    out[i] = values[(int) out[i]];
                }
            }

            @Override
            public void close() {
                inner.close();
            }
        };
    }
}
