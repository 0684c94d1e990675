package org.lowrank.trainer.theory.flow;

/**
 * A training tuple (x_i, y_i).
 *
 * @param inputs n rows of length d
 * @param labels n values, −1 or +1
 */
public record Sample(double[][] inputs, double[] labels) {
    /** n. */
    public int size() {
        return inputs.length;
    }

    /** d. */
    public int dimension() {
        return inputs[0].length;
    }

    /** max_i |⟨x_i, x⟩|, the ε of Section 5. */
    public double largestInnerProduct(double[] x) {
        double largest = 0;
        for (double[] input : inputs) {
            largest = Math.max(largest, Math.abs(Vectors.dot(input, x)));
        }
        return largest;
    }
}
