package org.lowrank.trainer.theory.merging;

import java.util.Random;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Samples;

/**
 * Two tasks whose inputs have inner products ⟨x_i, x′_j⟩ = ε y_i exactly, 4 and 4 points in 14 dimensions: the first on
 * coordinates 0 … 5, the second on 6 … 11 tilted towards the first; 12 and 13 belong to none.
 */
record TwoTasks(Sample first, Sample second, double epsilon) {
    static final int DIMENSION = 14;
    private static final int USED = 6;
    private static final int POINTS = 4;

    static TwoTasks of(double epsilon, long seed) {
        Random random = new Random(seed);
        Sample first = Samples.separable(POINTS, DIMENSION, 0, USED, random);
        Sample raw = Samples.separable(POINTS, DIMENSION, USED, USED, random);
        double[][] tilted = new double[POINTS][];
        for (int j = 0; j < POINTS; j++) {
            tilted[j] = Samples.withInnerProducts(first, epsilon, raw.inputs()[j]);
        }
        return new TwoTasks(first, new Sample(tilted, raw.labels()), epsilon);
    }

    /** max_{i,j} |⟨x_i, x′_j⟩|. */
    double largestInnerProduct() {
        double largest = 0;
        for (double[] x : second.inputs()) {
            largest = Math.max(largest, first.largestInnerProduct(x));
        }
        return largest;
    }
}
