package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.format.PipelineReader;

/** The layers of a diffusers pipeline: a stack for each part, called after its folder. */
public final class PipelineLayers {
    private final String folder;

    /** Where the layers of each of the part's own stacks begin. */
    private final Map<String, Integer> first = new LinkedHashMap<>();

    private PipelineLayers(String folder, List<LayerMatrix> matrices) {
        this.folder = folder;
        Map<String, Integer> layers = new TreeMap<>(Comparator.reverseOrder()); // encoder before decoder
        for (LayerMatrix matrix : matrices) {
            if (!matrix.stack().equals(NamedMatrices.STACK)) {
                layers.merge(matrix.stack(), matrix.layer() + 1, Math::max);
            }
        }
        int next = 0;
        for (Map.Entry<String, Integer> stack : layers.entrySet()) {
            first.put(stack.getKey(), next);
            next += stack.getValue();
        }
    }

    /**
     * All parts' layers. A part of an unknown architecture has none, which is said.
     *
     * @throws MalformedWeightsException if a tensor is missing or has the wrong shape
     */
    public static ModelLayers of(PipelineReader.Parts pipeline, LayerSelection selection)
            throws MalformedWeightsException {
        List<LayerMatrix> matrices = new ArrayList<>();
        List<LayerMatrix> heads = new ArrayList<>();
        List<ModelLayers.SkippedTensor> skipped = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        List<ModelLayers.ArchitectureCard> cards = new ArrayList<>();
        for (PipelineReader.Part part : pipeline.parts()) {
            ModelLayers layers = LayerCatalog.resolvePart(part.checkpoint(), selection);
            PipelineLayers named = new PipelineLayers(part.folder(), layers.matrices());
            layers.matrices().forEach(matrix -> matrices.add(named.matrix(matrix)));
            layers.heads().forEach(matrix -> heads.add(named.matrix(matrix)));
            layers.skipped()
                    .forEach(tensor -> skipped.add(new ModelLayers.SkippedTensor(
                            part.folder() + "." + tensor.name(), tensor.dtype(), tensor.shape(), tensor.reason())));
            layers.warnings().forEach(warning -> warnings.add(part.folder() + ": " + warning));
            if (named.first.size() > 1) {
                warnings.add(part.folder() + ": its layers are numbered through: "
                        + named.first.entrySet().stream()
                                .map(stack -> stack.getKey() + " from " + stack.getValue())
                                .collect(Collectors.joining(", ")));
            }
            cards.add(layers.card());
        }
        matrices.sort(Comparator.comparing(LayerMatrix::id));
        return new ModelLayers(card(cards, pipeline), List.copyOf(matrices), skipped, warnings, heads);
    }

    /** Dimensions and heads of the largest part, which is the one that removes the noise; the rest of all. */
    private static ModelLayers.ArchitectureCard card(
            List<ModelLayers.ArchitectureCard> cards, PipelineReader.Parts pipeline) {
        ModelLayers.ArchitectureCard largest = cards.stream()
                .max(Comparator.comparingLong(ModelLayers.ArchitectureCard::parameters))
                .orElseThrow();
        return new ModelLayers.ArchitectureCard(
                pipeline.whole().config().path("_class_name").asText("diffusers pipeline"),
                cards.stream().mapToInt(ModelLayers.ArchitectureCard::layers).sum(),
                largest.modelDimension(),
                largest.feedForwardDimension(),
                largest.heads(),
                cards.stream()
                        .mapToLong(ModelLayers.ArchitectureCard::parameters)
                        .reduce(0, Math::addExact),
                largest.dtype());
    }

    private LayerMatrix matrix(LayerMatrix matrix) {
        return new LayerMatrix(
                id(matrix.id()),
                matrix.rows(),
                matrix.cols(),
                matrix.parts(),
                matrix.stackedFrom().stream().map(this::id).toList());
    }

    /** Its stack is the folder; a tensor without a role has the folder before its name. */
    private MatrixId id(MatrixId id) {
        if (id.stack().equals(NamedMatrices.STACK)) {
            return MatrixId.tensor(id.stack(), id.layer(), folder + "." + id.path());
        }
        int layer = first.getOrDefault(id.stack(), 0) + id.layer();
        return new MatrixId(folder, layer, id.kind(), id.cross(), id.member(), id.path());
    }
}
