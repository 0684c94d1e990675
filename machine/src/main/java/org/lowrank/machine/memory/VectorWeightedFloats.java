package org.lowrank.machine.memory;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API, a vector of doubles at a time; what does not fill one is done in plain Java. Never fused into fma, which rounds once
 * less. What a loop hands on is an argument and never a receiver: of a vector just loaded the compiler knows the class; of the loop's it
 * would know it from a profile alone, and compiled before there is one, each addition is a call that makes an object for good.
 */
final class VectorWeightedFloats implements WeightedFloats {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = D.length();
    private static final VectorSpecies<Float> F =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Math.max(D.vectorBitSize() / 2, 64)));

    /** Which changes no number it is added to, zeros of either sign included. */
    private static DoubleVector nothing() {
        return DoubleVector.broadcast(D, -0.0);
    }

    private static DoubleVector load(float[] x, int i) {
        return (DoubleVector) FloatVector.fromArray(F, x, i).convertShape(VectorOperators.F2D, D, 0);
    }

    private static FloatVector round(DoubleVector sum) {
        return (FloatVector) sum.convertShape(VectorOperators.D2F, F, 0);
    }

    @Override
    public boolean of(float[][] x, double[] weights, int count, float[] out) {
        int whole = count / LANES * LANES;
        int last = weights.length - 1;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            DoubleVector sum = nothing();
            for (int m = 0; m < last; m++) {
                sum = load(x[m], i).mul(weights[m]).add(sum);
            }
            FloatVector rounded = round(load(x[last], i).mul(weights[last]).add(sum));
            rounded.intoArray(out, i);
            zero = rounded.mul(0).add(zero);
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0 & PlainWeightedFloats.of(x, weights, whole, count, out);
    }

    @Override
    public boolean ofDifferences(float[] base, float[][] x, double[] weights, double factor, int count, float[] out) {
        int whole = count / LANES * LANES;
        int last = weights.length - 1;
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < whole; i += LANES) {
            DoubleVector b = load(base, i);
            DoubleVector sum = nothing();
            for (int m = 0; m < last; m++) {
                sum = load(x[m], i).sub(b).mul(weights[m]).add(sum);
            }
            sum = load(x[last], i).sub(b).mul(weights[last]).add(sum);
            FloatVector rounded = round(sum.mul(factor).add(b));
            rounded.intoArray(out, i);
            zero = rounded.mul(0).add(zero);
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0
                & PlainWeightedFloats.ofDifferences(base, x, weights, factor, whole, count, out);
    }
}
