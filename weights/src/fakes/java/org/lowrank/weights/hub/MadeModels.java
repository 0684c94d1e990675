package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/** Small models of Gaussian weights: BERTs of any depth and width, the feed-forward part four times as wide. */
public final class MadeModels {
    private MadeModels() {}

    /** Tensors of a BERT. */
    public static Map<String, TestTensor> bert(int layers, long width, long seed) {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < layers; layer++) {
            String at = "bert.encoder.layer." + layer + ".";
            for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
                tensors.put(at + "attention." + name + ".weight", gaussian(width, width, seed + tensors.size()));
            }
            tensors.put(at + "intermediate.dense.weight", gaussian(4 * width, width, seed + tensors.size()));
            tensors.put(at + "output.dense.weight", gaussian(width, 4 * width, seed + tensors.size()));
        }
        return tensors;
    }

    private static TestTensor gaussian(long rows, long cols, long seed) {
        return TestTensor.gaussian(DType.F32, List.of(rows, cols), seed);
    }

    /** Its config.json. */
    public static String config(int layers, long width) {
        return "{\"model_type\":\"bert\",\"hidden_size\":" + width + ",\"intermediate_size\":" + 4 * width
                + ",\"num_hidden_layers\":" + layers + ",\"num_attention_heads\":4,\"initializer_range\":0.02}";
    }

    /** In a directory. */
    public static Path write(Path directory, int layers, long width, long seed) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("config.json"), config(layers, width));
        Files.write(directory.resolve("model.safetensors"), SafetensorsWriter.bytes(bert(layers, width, seed)));
        return directory;
    }

    /** On the fake hub. */
    public static FakeRepo put(FakeRepo repo, int layers, long width, long seed) {
        return repo.with("config.json", config(layers, width))
                .with("model.safetensors", SafetensorsWriter.bytes(bert(layers, width, seed)));
    }
}
