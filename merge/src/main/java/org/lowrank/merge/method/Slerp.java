package org.lowrank.merge.method;

import java.io.IOException;
import java.util.Set;

/**
 * Spherical interpolation of a tensor seen as one vector: with Ω the angle between θ0 and θ1,
 * θ = sin((1 − t)Ω)/sin Ω · θ0 + sin(tΩ)/sin Ω · θ1. Shoemake, SIGGRAPH 1985. As in mergekit the factors are applied to the
 * vectors of their own lengths, where |cos Ω| > 0.9995 it is the straight line (1 − t)θ0 + tθ1, and in the cosine a vector of
 * norm at most 1e-8 is not divided by it.
 */
final class Slerp implements MergeMethod {
    private static final double STRAIGHT = 0.9995;
    private static final double SMALL = 1e-8;

    @Override
    public String name() {
        return "slerp";
    }

    @Override
    public String title() {
        return "spherical interpolation";
    }

    @Override
    public String reference() {
        return "https://en.wikipedia.org/wiki/Slerp";
    }

    @Override
    public String formula() {
        return "θ = sin((1 − t)Ω)/sin Ω · θ0 + sin(tΩ)/sin Ω · θ1";
    }

    @Override
    public Models models() {
        return Models.BASE_AND_ONE;
    }

    @Override
    public Set<Parameter> parameters() {
        return Set.of(Parameter.T);
    }

    @Override
    public ElementRule prepare(TensorInputs inputs) throws IOException {
        double t = inputs.parameters().t();
        double cosine = cosine(inputs);
        double ofBase = 1 - t;
        double ofOther = t;
        if (Math.abs(cosine) <= STRAIGHT) {
            double angle = Math.acos(cosine);
            ofBase = Math.sin(angle - t * angle) / Math.sin(angle);
            ofOther = Math.sin(t * angle) / Math.sin(angle);
        }
        double a = ofBase;
        double b = ofOther;
        return (first, count, base, models, out) -> {
            double[] other = models[0];
            for (int i = 0; i < count; i++) {
                out[i] = a * base[i] + b * other[i];
            }
        };
    }

    private static double cosine(TensorInputs inputs) throws IOException {
        double[] base = new double[TensorInputs.CHUNK];
        double[] other = new double[TensorInputs.CHUNK];
        double dot = 0;
        double squaresBase = 0;
        double squaresOther = 0;
        for (long first = 0; first < inputs.count(); first += TensorInputs.CHUNK) {
            int n = (int) Math.min(TensorInputs.CHUNK, inputs.count() - first);
            inputs.requiredBase().read(first, n, base);
            inputs.models().get(0).read(first, n, other);
            double chunkDot = 0;
            double chunkBase = 0;
            double chunkOther = 0;
            for (int i = 0; i < n; i++) {
                chunkDot += base[i] * other[i];
                chunkBase += base[i] * base[i];
                chunkOther += other[i] * other[i];
            }
            dot += chunkDot;
            squaresBase += chunkBase;
            squaresOther += chunkOther;
        }
        double normBase = Math.sqrt(squaresBase);
        double normOther = Math.sqrt(squaresOther);
        return dot / (normBase > SMALL ? normBase : 1) / (normOther > SMALL ? normOther : 1);
    }
}
