package org.lowrank.analyzer.activation;

import java.util.Arrays;

/**
 * Cosines of all pairs of a row of A and a row of B; rows of length 0 have none.
 *
 * @param mean of cos
 * @param sizes |cos| from the smallest
 */
record Cosines(double mean, float[] sizes) {
    private static final int BLOCK = 64;

    static Cosines of(Vectors a, Vectors b) {
        float[] unitA = unit(a);
        float[] columnsB = transposed(unit(b), b.rows(), b.width());
        float[] sizes = new float[a.rows() * b.rows()];
        double sum = 0;
        float[] row = new float[b.rows()];
        for (int i = 0; i < a.rows(); i++) {
            Arrays.fill(row, 0);
            // Row by row of B's transpose: the inner loop runs along memory and is vectorised.
            for (int j = 0; j < a.width(); j++) {
                float factor = unitA[i * a.width() + j];
                if (factor != 0) {
                    add(factor, columnsB, j * row.length, row);
                }
            }
            for (int k = 0; k < row.length; k++) {
                sum += row[k];
                sizes[i * row.length + k] = Math.min(1, Math.abs(row[k]));
            }
        }
        Arrays.sort(sizes);
        return new Cosines(sizes.length == 0 ? Double.NaN : sum / sizes.length, sizes);
    }

    private static void add(float factor, float[] from, int at, float[] to) {
        for (int k = 0; k < to.length; k++) {
            to[k] += factor * from[at + k];
        }
    }

    private static float[] unit(Vectors vectors) {
        float[] unit = new float[vectors.entries().length];
        for (int i = 0; i < vectors.rows(); i++) {
            double length = vectors.length(i);
            for (int j = 0; j < vectors.width(); j++) {
                int at = i * vectors.width() + j;
                unit[at] = length == 0 ? 0 : (float) (vectors.entries()[at] / length);
            }
        }
        return unit;
    }

    private static float[] transposed(float[] entries, int rows, int cols) {
        float[] turned = new float[entries.length];
        for (int from = 0; from < cols; from += BLOCK) {
            for (int i = 0; i < rows; i++) {
                for (int j = from; j < Math.min(cols, from + BLOCK); j++) {
                    turned[j * rows + i] = entries[i * cols + j];
                }
            }
        }
        return turned;
    }

    /** Smallest |cos| that at least this share of pairs does not exceed. */
    double quantile(double level) {
        if (sizes.length == 0) {
            return Double.NaN;
        }
        int at = (int) Math.ceil(level * sizes.length) - 1;
        return sizes[Math.max(0, Math.min(sizes.length - 1, at))];
    }
}
