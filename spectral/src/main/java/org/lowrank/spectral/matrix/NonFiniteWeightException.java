package org.lowrank.spectral.matrix;

/** A weight is NaN or infinite, so that no norm is defined. */
public final class NonFiniteWeightException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int block;
    private final long row;
    private final long col;
    private final double value;

    /** The first offending element: its block in the stored matrix, row and column in that block, and value. */
    public NonFiniteWeightException(int block, long row, long col, double value) {
        super("element [" + row + ", " + col + "] of block " + block + " is " + value);
        this.block = block;
        this.row = row;
        this.col = col;
        this.value = value;
    }

    /** The block of the stored matrix that holds it, from 0. */
    public int block() {
        return block;
    }

    /** Its row in that block, from 0. */
    public long row() {
        return row;
    }

    /** Its column in that block, from 0. */
    public long col() {
        return col;
    }

    /** NaN or an infinity. */
    public double value() {
        return value;
    }
}
