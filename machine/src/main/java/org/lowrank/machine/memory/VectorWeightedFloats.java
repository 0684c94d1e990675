package org.lowrank.machine.memory;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The Vector API, a vector of doubles at a time; what does not fill one is done in plain Java. Never fused into fma, which rounds once less. */
final class VectorWeightedFloats implements WeightedFloats {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = D.length();
    private static final VectorSpecies<Float> F =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Math.max(D.vectorBitSize() / 2, 64)));

    private static DoubleVector load(float[] x, int i) {
        return (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
    }

    private static FloatVector round(DoubleVector sum) {
        return (FloatVector) sum.convertShape(VectorOperators.D2F, F, 0);
    }

    @Override
    public boolean of(float[][] x, double[] weights, int count, float[] out) {
        int whole = count / LANES * LANES;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            DoubleVector sum = load(x[0], i).mul(weights[0]);
            for (int m = 1; m < weights.length; m++) {
                sum = sum.add(load(x[m], i).mul(weights[m]));
            }
            FloatVector rounded = round(sum);
            rounded.intoArray(out, i);
            zero = zero.add(rounded.mul(0));
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0 & PlainWeightedFloats.of(x, weights, whole, count, out);
    }

    @Override
    public boolean ofDifferences(float[] base, float[][] x, double[] weights, double factor, int count, float[] out) {
        int whole = count / LANES * LANES;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            DoubleVector b = load(base, i);
            DoubleVector sum = load(x[0], i).sub(b).mul(weights[0]);
            for (int m = 1; m < weights.length; m++) {
                sum = sum.add(load(x[m], i).sub(b).mul(weights[m]));
            }
            FloatVector rounded = round(b.add(sum.mul(factor)));
            rounded.intoArray(out, i);
            zero = zero.add(rounded.mul(0));
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0
                & PlainWeightedFloats.ofDifferences(base, x, weights, factor, whole, count, out);
    }
}
