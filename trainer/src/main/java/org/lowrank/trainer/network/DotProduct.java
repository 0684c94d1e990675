package org.lowrank.trainer.network;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Σ a_j b_j in double, in an order fixed by the machine's vector length. */
final class DotProduct {
    private static final VectorSpecies<Double> LANES = DoubleVector.SPECIES_PREFERRED;
    private static final int COUNT = LANES.length();

    private DotProduct() {}

    static double of(double[] a, int aFrom, double[] b, int bFrom, int length) {
        DoubleVector sum0 = DoubleVector.zero(LANES);
        DoubleVector sum1 = sum0;
        int j = 0;
        for (; j + 2 * COUNT <= length; j += 2 * COUNT) {
            sum0 = DoubleVector.fromArray(LANES, a, aFrom + j).fma(DoubleVector.fromArray(LANES, b, bFrom + j), sum0);
            sum1 = DoubleVector.fromArray(LANES, a, aFrom + j + COUNT)
                    .fma(DoubleVector.fromArray(LANES, b, bFrom + j + COUNT), sum1);
        }
        double rest = 0;
        for (; j < length; j++) {
            rest += a[aFrom + j] * b[bFrom + j];
        }
        double[] lanes = sum0.add(sum1).toArray();
        for (double lane : lanes) {
            rest += lane;
        }
        return rest;
    }
}
