package org.lowrank.weights.tensor;

import java.io.IOException;

/** Codes 0, 1, … and a stored table of what each stands for, read when this is opened. */
record LookupElements(Elements codes, StoredTensor table) implements Elements {
    @Override
    public int digits() {
        return Elements.of(table).digits();
    }

    @Override
    public boolean whole() {
        return Elements.of(table).whole();
    }

    @Override
    public Reader open() throws IOException {
        double[] values = new double[Math.toIntExact(table.shape().stream().reduce(1L, Math::multiplyExact))];
        try (Reader reader = Elements.of(table).open()) {
            reader.read(0, 1, values.length, values, 0);
        }
        return CodebookElements.reader(codes.open(), values);
    }
}
