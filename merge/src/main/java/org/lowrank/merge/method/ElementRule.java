package org.lowrank.merge.method;

/** What becomes of the elements of one tensor. The same whatever the order of chunks, and safe for several threads. */
@FunctionalInterface
public interface ElementRule {
    /**
     * Merges the elements first, …, first + count − 1. Not more than {@link TensorInputs#CHUNK} at a time.
     *
     * @param base θ0, empty where there is no base model
     * @param models θ_m; may be overwritten
     * @param out of which the first {@code count} are filled
     */
    void merge(long first, int count, double[] base, double[][] models, double[] out);
}
