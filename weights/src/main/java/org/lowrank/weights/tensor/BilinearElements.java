package org.lowrank.weights.tensor;

import java.io.IOException;

/**
 * The one number uᵀ W v of a stored matrix and two stored vectors, summed in double. Spectral normalisation divides by it: u
 * and v are the leading singular vectors as far as training iterated them.
 *
 * @param left u, of as many elements as W has rows
 * @param matrix W, its axes after the first taken together
 * @param right v, of as many elements as a row
 */
record BilinearElements(StoredTensor left, StoredTensor matrix, StoredTensor right) implements Elements {
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
        int rows = Math.toIntExact(left.elements());
        int cols = Math.toIntExact(right.elements());
        double[] u = all(left, rows);
        double[] v = all(right, cols);
        double[] row = new double[cols];
        double sum = 0;
        try (Reader reader = Elements.of(matrix).open()) {
            for (int i = 0; i < rows; i++) {
                reader.read((long) i * cols, 1, cols, row, 0);
                double product = 0;
                for (int j = 0; j < cols; j++) {
                    product += row[j] * v[j];
                }
                sum += u[i] * product;
            }
        }
        return new SliceNormElements.InMemory(new double[] {sum});
    }

    private static double[] all(StoredTensor vector, int count) throws IOException {
        double[] values = new double[count];
        try (Reader reader = Elements.of(vector).open()) {
            reader.read(0, 1, count, values, 0);
        }
        return values;
    }
}
