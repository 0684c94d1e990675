package org.lowrank.merge;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/**
 * The tensor of a model that belongs to one of the base's: of the same name; of the same name but for what the model's class puts
 * before it ({@code bert.}, {@code transformer.}, {@code model.}); or, for an output head that a model does not store because it is
 * tied, its input embedding.
 */
final class Counterpart {
    private static final String HEAD = "lm_head.weight";
    private static final List<String> EMBEDDINGS =
            List.of("embed_tokens.weight", "wte.weight", "word_embeddings.weight", "embed_in.weight", "shared.weight");

    private Counterpart() {}

    static Tensor of(Tensor tensor, ModelInput base, ModelInput model) throws MalformedWeightsException {
        Optional<Tensor> found = byName(tensor.name(), model);
        if (found.isEmpty() && tensor.name().endsWith(HEAD)) {
            found = EMBEDDINGS.stream()
                    .flatMap(name -> byName(name, model).stream())
                    .filter(embedding -> embedding.shape().equals(tensor.shape()))
                    .findFirst();
        }
        Tensor counterpart = found.orElseThrow(() ->
                new MalformedWeightsException("missing tensor: " + tensor.name() + ": it is in " + base.reference()
                        + " but not in " + model.reference() + "; merge models of one architecture"));
        if (!counterpart.shape().equals(tensor.shape())) {
            boolean vocabulary = tensor.shape().size() == 2
                    && counterpart.shape().size() == 2
                    && tensor.shape().get(1).equals(counterpart.shape().get(1));
            throw new MalformedWeightsException("shapes differ: " + tensor.name() + ": " + tensor.shape() + " in "
                    + base.reference() + " and " + counterpart.shape() + " in " + model.reference() + "; "
                    + (vocabulary
                            ? "give both the same rows (for an embedding: the same vocabulary)"
                            : "merge models of one shape"));
        }
        return counterpart;
    }

    private static Optional<Tensor> byName(String name, ModelInput model) {
        Optional<Tensor> same = model.tensor(name);
        if (same.isPresent()) {
            return same;
        }
        List<Tensor> found = new ArrayList<>();
        for (Tensor tensor : model.tensors()) {
            if (tensor.name().endsWith("." + name) || name.endsWith("." + tensor.name())) {
                found.add(tensor);
            }
        }
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }
}
