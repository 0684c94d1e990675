package org.lowrank.analyzer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.tensor.Tensor;

/**
 * What a model's files hold, from their headers alone: no weight is read.
 *
 * @param model its name
 * @param revision empty where there is none
 * @param source where it was found
 * @param format of its files
 * @param architecture Table 1's line; without layers where the architecture is not known
 * @param tensors in name order
 * @param warnings what a reader should know
 */
public record ModelInventory(
        String model,
        String revision,
        String source,
        String format,
        ModelLayers.ArchitectureCard architecture,
        List<Entry> tensors,
        List<String> warnings) {
    private static final LayerSelection EVERYTHING = LayerSelection.parse(Optional.empty(), Optional.of("all"));

    /**
     * One tensor.
     *
     * @param name as in its file
     * @param dtype as stored
     * @param shape outermost dimension first
     * @param bytes it occupies, with what belongs to it
     * @param file that holds it
     * @param matrices measured from it, as in the column {@code matrix}, each after its stack and layer; of a stack of Q, K
     *     and V only the parts. Weights without a role are matrices of the stack {@code other}
     * @param reason why it is in no matrix, empty if it is in one
     */
    public record Entry(
            String name,
            String dtype,
            List<Long> shape,
            long bytes,
            String file,
            List<MatrixId> matrices,
            String reason) {}

    /**
     * Reads the headers of a model; on the Hub by ranges, mostly one request a file.
     *
     * @throws ModelNotFoundException if it does not exist or may not be read
     */
    public static ModelInventory of(ModelReference reference, SourceOptions options)
            throws IOException, ModelNotFoundException {
        SourceOptions streaming = options.withDownloadMode(SourceOptions.DownloadMode.STREAM);
        try (OpenedModel opened = OpenedModel.open(reference, streaming, EVERYTHING)) {
            ModelFiles.Provenance provenance = opened.files().provenance();
            List<String> warnings = new ArrayList<>(provenance.notes());
            warnings.addAll(opened.checkpoint().warnings());
            warnings.addAll(opened.layers().warnings());
            return new ModelInventory(
                    provenance.model(),
                    provenance.revision(),
                    provenance.source(),
                    opened.checkpoint().format(),
                    opened.layers().card(),
                    entries(opened.checkpoint().tensors(), opened.layers()),
                    warnings);
        }
    }

    private static List<Entry> entries(List<Tensor> tensors, ModelLayers layers) {
        Map<Tensor, List<MatrixId>> matrices = new IdentityHashMap<>();
        for (LayerMatrix matrix : layers.matrices()) {
            if (matrix.stackedFrom().isEmpty()) {
                for (LayerMatrix.Part part : matrix.parts()) {
                    part.tensor()
                            .sources()
                            .forEach(source -> matrices.computeIfAbsent(source, t -> new ArrayList<>())
                                    .add(matrix.id()));
                    if (!part.tensor().sources().contains(part.tensor())) {
                        matrices.computeIfAbsent(part.tensor(), t -> new ArrayList<>())
                                .add(matrix.id());
                    }
                }
            }
        }
        Map<String, String> reasons = new HashMap<>();
        layers.skipped().forEach(skipped -> reasons.put(skipped.name(), skipped.reason()));
        List<Entry> entries = new ArrayList<>();
        for (Tensor tensor : tensors) {
            List<MatrixId> of = matrices.getOrDefault(tensor, List.of());
            entries.add(new Entry(
                    tensor.name(),
                    tensor.dtype().name(),
                    tensor.shape(),
                    tensor.storedBytes(),
                    tensor.file(),
                    List.copyOf(of),
                    of.isEmpty() ? reasons.getOrDefault(tensor.name(), "") : ""));
        }
        return List.copyOf(entries);
    }

    /** Bytes of all tensors. */
    public long bytes() {
        return tensors.stream().mapToLong(Entry::bytes).sum();
    }

    /** Whether a matrix is known by its role, not by its name alone. */
    public static boolean hasRole(MatrixId id) {
        return id.kind() != MatrixKind.TENSOR;
    }
}
