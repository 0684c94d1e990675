package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.Activation;

/** The elementary operations. Results belong to the manager of their first operand. */
final class Operations {
    private static final double GELU = Math.sqrt(2 / Math.PI);
    private static final double GELU_BLOOM = 0.79788456;
    private static final double GELU_CUBIC = 0.044715;

    private Operations() {}

    /** x Wᵀ + b of the rows of x. */
    static NDArray linear(NDArray x, Parts.Linear linear) {
        Device device = x.getDevice();
        NDArray weight = linear.weight().on(device);
        FloatStore bias = linear.bias();
        NDArray added = bias == null ? null : bias.vectorOn(device, x.getManager());
        return linear(x, weight, added);
    }

    @SuppressWarnings("NullAway") // DJL takes null for no bias
    private static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray bias) {
        return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
    }

    /** A norm over the last axis. */
    static NDArray norm(NDArray x, Parts.Norm norm) {
        FloatStore weight = norm.weight();
        FloatStore bias = norm.bias();
        Device device = x.getDevice();
        NDManager scope = x.getManager();
        if (!norm.kind().rms() && weight != null && weight.rows == 1 && bias != null) {
            return x.getNDArrayInternal()
                    .layerNorm(
                            x,
                            new Shape(weight.cols),
                            weight.vectorOn(device, scope),
                            bias.vectorOn(device, scope),
                            (float) norm.kind().epsilon())
                    .singletonOrThrow();
        }
        NDArray normed = norm.kind().rms()
                ? dividedByRootMeanSquare(x, norm.kind().epsilon())
                : standardised(x, norm.kind().epsilon());
        if (weight != null) {
            normed.muli(weight.rows == 1 ? weight.vectorOn(device, scope) : weight.on(device));
        }
        if (bias != null) {
            normed.addi(bias.vectorOn(device, scope));
        }
        return normed;
    }

    /** x/√(mean x² + ε). */
    private static NDArray dividedByRootMeanSquare(NDArray x, double epsilon) {
        try (NDArray squares = x.square();
                NDArray mean = squares.mean(new int[] {-1}, true)) {
            mean.addi(epsilon);
            try (NDArray root = mean.sqrt()) {
                return x.div(root);
            }
        }
    }

    /** (x − mean x)/√(variance x + ε). */
    private static NDArray standardised(NDArray x, double epsilon) {
        try (NDArray mean = x.mean(new int[] {-1}, true);
                NDArray centred = x.sub(mean)) {
            return dividedByRootMeanSquare(centred, epsilon);
        }
    }

    /** The activation of every entry; x itself may be overwritten and returned. */
    static NDArray activation(NDArray x, Activation activation) {
        return switch (activation) {
            case GELU -> x.getNDArrayInternal().gelu();
            case GELU_TANH -> tanhGelu(x, GELU);
            case GELU_BLOOM -> tanhGelu(x, GELU_BLOOM);
            case GELU_QUICK -> {
                try (NDArray scaled = x.mul(1.702)) {
                    yield scaled.getNDArrayInternal().sigmoid().muli(x);
                }
            }
            case RELU -> x.getNDArrayInternal().relu();
            case RELU_SQUARED -> {
                try (NDArray positive = x.getNDArrayInternal().relu()) {
                    yield positive.square();
                }
            }
            case SILU -> x.getNDArrayInternal().sigmoid().muli(x);
            case TANH -> x.tanh();
        };
    }

    /** ½ x (1 + tanh(c (x + 0.044715 x³))) = x σ(2c x (1 + 0.044715 x²)). */
    private static NDArray tanhGelu(NDArray x, double c) {
        try (NDArray argument = x.square()) {
            argument.muli(2 * c * GELU_CUBIC).addi(2 * c).muli(x);
            return argument.getNDArrayInternal().sigmoid().muli(x);
        }
    }

    /** c tanh(x/c), in place where it can be. */
    static NDArray softCapped(NDArray x, double cap) {
        return cap == 0 ? x : x.divi(cap).tanh().muli(cap);
    }

    /** Rows [from, to) of the first axis, a view. */
    static NDArray rows(NDArray x, long from, long to) {
        return x.get(new NDIndex().addSliceDim(from, to));
    }

    /** Columns [from, to) of the last of two axes, a view. */
    static NDArray columns(NDArray x, long from, long to) {
        return x.get(new NDIndex().addAllDim().addSliceDim(from, to));
    }

    /** Entries [from, to) of the last of three axes, a view. */
    static NDArray last(NDArray x, long from, long to) {
        return x.get(new NDIndex().addAllDim().addAllDim().addSliceDim(from, to));
    }
}
