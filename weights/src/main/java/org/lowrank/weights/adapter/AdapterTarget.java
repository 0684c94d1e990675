package org.lowrank.weights.adapter;

import java.util.Optional;
import org.lowrank.weights.tensor.Tensor;

/**
 * A weight of the base model that an adapter changes.
 *
 * @param path of the module whose weight it is, in the base model's words as far as the format tells them
 * @param expert which of the experts along the weight's first axis, −1 for a weight of one matrix
 * @param product ΔW as [out, in]; with a magnitude, what is added before the rows are rescaled
 * @param magnitude of DoRA: the norm each output's row of the merged weight has
 */
public record AdapterTarget(String path, int expert, Product product, Optional<Tensor> magnitude) {}
