package org.lowrank.trainer.theory.merging;

import java.util.Random;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.GradientDescent;
import org.lowrank.trainer.theory.flow.Initialisation;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.Sample;
import org.lowrank.trainer.theory.flow.Vectors;

/** f_θ(x) = ⟨u, (Wx)₊⟩ with W trained and u = (±1, …, ±1)/√m fixed, ‖u‖ = 1; θ is W followed by u. */
final class Shallow {
    static final double ETA = 0.1;
    private static final int WIDTH = 20;
    private static final Network NETWORK = Network.of(Activation.RELU, 2, TwoTasks.DIMENSION, WIDTH);

    private Shallow() {}

    static Network network() {
        return NETWORK;
    }

    static double[] start(long seed) {
        double[] theta = Initialisation.gaussian(NETWORK, 1, new Random(seed));
        for (int j = 0; j < WIDTH; j++) {
            theta[NETWORK.offset(2) + j] = (j % 2 == 0 ? 1 : -1) / Math.sqrt(WIDTH);
        }
        return theta;
    }

    static GradientDescent descent(Sample sample, double lambda, double[] start) {
        return new GradientDescent(NETWORK, sample, ETA, lambda, 1, start);
    }

    /** ‖W x‖. */
    static double projection(double[] theta, double[] x) {
        return Vectors.norm(NETWORK.product(theta, 1, x));
    }

    /** W + W′ with the common u. */
    static double[] merge(double[] theta, double[] other) {
        double[] merged = theta.clone();
        for (int i = 0; i < NETWORK.offset(2); i++) {
            merged[i] += other[i];
        }
        return merged;
    }

    /** ‖u‖. */
    static double outputNorm(double[] theta) {
        return NETWORK.layerNorm(theta, 2);
    }
}
