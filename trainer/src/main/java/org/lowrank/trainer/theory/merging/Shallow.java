package org.lowrank.trainer.theory.merging;

import java.util.Random;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Starts;
import org.lowrank.trainer.theory.flow.Vectors;

/** f_θ(x) = ⟨u, (Wx)₊⟩ with W trained and u = (±1, …, ±1)/√m fixed, ‖u‖ = 1; θ is W followed by u. */
record Shallow(Network network) {
    static final double ETA = 0.1;
    private static final int WIDTH = 20;

    static Shallow of(TheorySettings settings) {
        return new Shallow(Network.of(Activation.RELU, 2, TwoTasks.DIMENSION, settings.widthOr(WIDTH)));
    }

    double[] start(long seed) {
        double[] theta = Starts.gaussian(network, 1, new Random(seed));
        int width = network.width(1);
        for (int j = 0; j < width; j++) {
            theta[network.offset(2) + j] = (j % 2 == 0 ? 1 : -1) / Math.sqrt(width);
        }
        return theta;
    }

    GradientDescent descent(Sample sample, double lambda, double[] start) {
        return new GradientDescent(network, sample, ETA, lambda, 1, start);
    }

    /** ‖W x‖. */
    double projection(double[] theta, double[] x) {
        return Vectors.norm(network.product(theta, 1, x));
    }

    /** W + W′ with the common u. */
    double[] merge(double[] theta, double[] other) {
        double[] merged = theta.clone();
        for (int i = 0; i < network.offset(2); i++) {
            merged[i] += other[i];
        }
        return merged;
    }

    /** ‖W‖_F: ‖W x‖ is at most that for any W and unit x. */
    double norm(double[] theta) {
        return network.layerNorm(theta, 1);
    }

    /** ‖u‖. */
    double outputNorm(double[] theta) {
        return network.layerNorm(theta, 2);
    }
}
