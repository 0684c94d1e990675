package org.lowrank.merge.method;

import java.io.IOException;

/** The elements of one tensor of one model as doubles, in row-major order. For one thread at a time. */
public interface Elements {
    /** How many there are. */
    long count();

    /**
     * Reads the elements first, …, first + count − 1, widened exactly; NaN and infinities as they are.
     *
     * @param out of which the first {@code count} are filled
     */
    void read(long first, int count, double[] out) throws IOException;
}
