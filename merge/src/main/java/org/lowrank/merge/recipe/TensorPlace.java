package org.lowrank.merge.recipe;

import java.util.Set;

/**
 * Where a tensor lies in its model, as far as a recipe's numbers depend on it.
 *
 * @param name of the tensor
 * @param layer its layer's number, from 0; −1 outside the layers
 * @param depth 0 for the first layer, 1 for the last, also where there is one only; 0 outside the layers (mergekit's t)
 * @param matrices which layer matrices it holds, Q, K, V, O, M1…; empty where it holds none
 */
public record TensorPlace(String name, int layer, double depth, Set<String> matrices) {
    public TensorPlace {
        matrices = Set.copyOf(matrices);
    }
}
