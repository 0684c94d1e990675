package org.lowrank.analyzer.layer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;

/** A checkpoint of random tensors in the making, and the layers found in it. */
final class MadeModel {
    final Map<String, TestTensor> tensors = new LinkedHashMap<>();
    private final Path directory;
    private List<String> said = List.of();

    MadeModel(Path directory) {
        this.directory = directory;
    }

    MadeModel put(String name, long... shape) {
        List<Long> sizes = Arrays.stream(shape).boxed().toList();
        tensors.put(name, TestTensor.gaussian(DType.F32, sizes, name.hashCode()));
        return this;
    }

    /** Q, K, V and O of a model of width {@code d}. */
    MadeModel attention(String at, long d, long queries, long keys) {
        return put(at + "q_proj.weight", queries, d)
                .put(at + "k_proj.weight", keys, d)
                .put(at + "v_proj.weight", keys, d)
                .put(at + "o_proj.weight", d, queries);
    }

    /** M1, GATE and M2. */
    MadeModel feedForward(String at, long d, long f) {
        return put(at + "up_proj.weight", f, d)
                .put(at + "gate_proj.weight", f, d)
                .put(at + "down_proj.weight", d, f);
    }

    /** What reading the files said, beside what the layers say. */
    List<String> said() {
        return said;
    }

    ModelLayers resolve(String config) throws Exception {
        return resolve(config, LayerSelection.ALL);
    }

    ModelLayers resolve(String config, LayerSelection selection) throws Exception {
        Path file = CheckpointWriters.write(Format.SAFETENSORS, directory, tensors);
        Files.move(file, directory.resolve("model.safetensors"), StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(directory.resolve("config.json"));
        if (!config.isEmpty()) {
            Files.writeString(directory.resolve("config.json"), config);
        }
        try (LocalFiles files = LocalFiles.of(directory);
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            said = checkpoint.warnings();
            return LayerCatalog.resolve(checkpoint, selection);
        }
    }

    /** {@code "<layer> <matrix> rowsxcols"} of every matrix, in order. */
    static List<String> matrices(ModelLayers layers) {
        return layers.matrices().stream()
                .map(matrix -> (matrix.layer() < 0 ? "" : matrix.layer() + " ") + matrix.matrix() + " " + matrix.rows()
                        + "x" + matrix.cols())
                .toList();
    }
}
