package org.lowrank.examples;

import org.lowrank.weights.OpenWeights;
import org.lowrank.weights.tensor.Tensor;

/** Reads one tensor of a model, whatever its format: {@code ReadTensor MODEL NAME}. Needs the module weights only. */
public final class ReadTensor {
    private ReadTensor() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (OpenWeights weights = OpenWeights.of(args[0])) {
            Tensor tensor = weights.tensor(args[1]);
            double[] values = weights.values(tensor);
            System.out.println(tensor.name() + " " + tensor.dtype() + " " + tensor.shape() + ": first " + values[0]);
        }
    }
}
