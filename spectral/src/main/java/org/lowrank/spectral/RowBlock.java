package org.lowrank.spectral;

/**
 * Rows one after another in an array of floats or of doubles.
 *
 * @param array {@code float[]} or {@code double[]}
 * @param at where the first row starts
 * @param rows how many
 * @param cols length of each
 */
record RowBlock(Object array, int at, int rows, int cols) {}
