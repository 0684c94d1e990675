package org.lowrank.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.Optional;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.tensor.Tensor;

/**
 * A model to merge: tensors by name, opened as values when their turn comes. A checkpoint is one; a base with an adapter's
 * factors, whose tensors are opened as W + s·B·A, can be another.
 */
public interface ModelInput {
    /** As the user calls it. */
    String reference();

    /** Where it came from. */
    ModelFiles.Provenance provenance();

    /** config.json, an empty object where there is none. */
    JsonNode config();

    /** All tensors, in name order. */
    Collection<Tensor> tensors();

    /** The tensor of exactly that name. */
    Optional<Tensor> tensor(String name);
}
