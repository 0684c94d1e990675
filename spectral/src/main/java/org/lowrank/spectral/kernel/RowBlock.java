package org.lowrank.spectral.kernel;

/**
 * Rows one after another in an array of floats or of doubles.
 *
 * @param array where they lie
 * @param at where the first row starts
 * @param rows how many
 * @param cols length of each
 */
public record RowBlock(RowArray.Wide array, int at, int rows, int cols) {
    public RowBlock(double[] array, int at, int rows, int cols) {
        this(new RowArray.Doubles(array), at, rows, cols);
    }

    public RowBlock(float[] array, int at, int rows, int cols) {
        this(new RowArray.Floats(array), at, rows, cols);
    }

    /** The array of rows of floats. */
    float[] floats() {
        return ((RowArray.Floats) array).values();
    }

    /** The array of rows of doubles. */
    double[] doubles() {
        return ((RowArray.Doubles) array).values();
    }
}
