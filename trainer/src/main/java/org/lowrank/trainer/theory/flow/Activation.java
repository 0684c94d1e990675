package org.lowrank.trainer.theory.flow;

/** Elementwise σ, positively homogeneous: σ(az) = a^p σ(z) for a ≥ 0, with p the {@link #degree()}. */
public enum Activation {
    /** σ(z) = z, the deep linear network. */
    IDENTITY(1),
    /** σ(z) = max(z, 0), with σ′(0) = 0. */
    RELU(1),
    /** σ(z) = max(z, 0)², whose derivative is Lipschitz. */
    RELU_SQUARED(2);

    private final int degree;

    Activation(int degree) {
        this.degree = degree;
    }

    /** p of σ(az) = a^p σ(z). */
    public int degree() {
        return degree;
    }

    double value(double z) {
        return switch (this) {
            case IDENTITY -> z;
            case RELU -> Math.max(z, 0);
            case RELU_SQUARED -> z > 0 ? z * z : 0;
        };
    }

    double derivative(double z) {
        return switch (this) {
            case IDENTITY -> 1;
            case RELU -> z > 0 ? 1 : 0;
            case RELU_SQUARED -> z > 0 ? 2 * z : 0;
        };
    }
}
