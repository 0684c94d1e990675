package org.lowrank.trainer.theory.flow;

import java.util.Optional;

/**
 * The smallest network there is: one neuron a layer, trained on one point x of norm 1 with label +1. With W_1 = r xᵀ, every other
 * weight r > 0, its gradient flow rests exactly where λ r = −ℓ′(r^K) r^{K−1}, that is λ = r^{K−2}/(1 + e^{r^K}), whatever the
 * activation of degree one. So r > 0 runs through all points of rest other than 0, and through all λ that have one.
 *
 * @param r the size of every layer
 * @param layers K ≥ 2
 */
public record OneNeuron(double r, int layers) {
    private static final int DIMENSION = 2;

    /** λ of which it is a point of rest. */
    public double lambda() {
        return Math.pow(r, layers - 2) / (1 + Math.exp(Math.pow(r, layers)));
    }

    /**
     * The point of rest with the largest λ, below which weights are lost at once: K z = (K−2)(1 + e^{−z}) with z = r^K. With two layers
     * r = 0, and λ only tends to 1/2.
     */
    public static OneNeuron edge(int layers) {
        return crest(layers - 2, layers);
    }

    /** The r at which r^p/(1 + e^{r^K}) is largest. */
    public static OneNeuron crest(int p, int layers) {
        double low = 0;
        double high = 2;
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (layers * middle < p * (1 + Math.exp(-middle))) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return new OneNeuron(Math.pow(low, 1.0 / layers), layers);
    }

    /** The point of rest of a λ with the larger weights (the stable one), or nothing where θ = 0 is the only one. */
    public static Optional<OneNeuron> at(double lambda, int layers) {
        OneNeuron top = edge(layers);
        if (lambda >= top.lambda()) {
            return Optional.empty();
        }
        double low = top.r;
        double high = 20;
        for (int i = 0; i < 200; i++) {
            double middle = (low + high) / 2;
            if (new OneNeuron(middle, layers).lambda() > lambda) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Optional.of(new OneNeuron(low, layers));
    }

    /** One neuron a layer, two inputs. */
    public static Network network(Activation activation, int layers) {
        return Network.of(activation, layers, DIMENSION, 1);
    }

    /** θ for the point on coordinate {@code axis}, 0 or 1. */
    public double[] theta(int axis) {
        double[] theta = new double[DIMENSION + layers - 1];
        theta[axis] = r;
        for (int k = 2; k <= layers; k++) {
            theta[DIMENSION + k - 2] = r;
        }
        return theta;
    }

    /** The task of one point on a coordinate, label +1. */
    public static Sample sample(int axis) {
        double[] x = new double[DIMENSION];
        x[axis] = 1;
        return new Sample(new double[][] {x}, new double[] {1});
    }

    /** ‖λθ + ∇L‖/(λ‖θ‖), which is 0 up to rounding. */
    public double misalignment(Activation activation, int axis) {
        double[] theta = theta(axis);
        double[] gradient = new double[theta.length];
        network(activation, layers).gradient(theta, sample(axis), gradient);
        return Vectors.norm(Vectors.plus(gradient, lambda(), theta)) / (lambda() * Vectors.norm(theta));
    }
}
