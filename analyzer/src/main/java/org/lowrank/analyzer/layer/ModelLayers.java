package org.lowrank.analyzer.layer;

import java.util.List;
import org.lowrank.weights.tensor.DType;

/**
 * The layers of a model: what is measured, what is not and why.
 *
 * @param card Table 1's line
 * @param matrices ordered by stack, layer, matrix
 * @param skipped every tensor that is in no matrix, with its reason
 * @param warnings for instance that the architecture was inferred
 * @param heads the forms of single attention heads, measured where they are asked for
 */
public record ModelLayers(
        ArchitectureCard card,
        List<LayerMatrix> matrices,
        List<SkippedTensor> skipped,
        List<String> warnings,
        List<LayerMatrix> heads) {
    /** Layers whose heads are not told. */
    public ModelLayers(
            ArchitectureCard card, List<LayerMatrix> matrices, List<SkippedTensor> skipped, List<String> warnings) {
        this(card, matrices, skipped, warnings, List.of());
    }

    /**
     * Table 1's line.
     *
     * @param modelType {@code model_type} of config.json, or the inferred one
     * @param layers number of layers over all stacks
     * @param modelDimension d
     * @param feedForwardDimension f
     * @param heads attention heads, 0 where unknown
     * @param parameters weights of the whole checkpoint, buffers left out
     * @param dtype the dtype that holds most weights
     */
    public record ArchitectureCard(
            String modelType,
            int layers,
            long modelDimension,
            long feedForwardDimension,
            int heads,
            long parameters,
            DType dtype) {}

    /** A tensor that is not measured. */
    public record SkippedTensor(String name, DType dtype, List<Long> shape, String reason) {}
}
