package org.lowrank.survey.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.lowrank.weights.checkpoints.Content;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.hub.FakeRepo;

/**
 * A made training of a BERT of two layers, d = 24, f = 56: W(t) = G + s(t) u vᵀ with G Gaussian, the same at every step, and u, v unit
 * vectors. So ‖W(t) − W(t′)‖_F = |s(t) − s(t′)|, rounded to F32.
 */
final class TinyRun {
    static final String CONFIG =
            "{\"model_type\": \"bert\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"initializer_range\": 1.0}";
    private static final Map<String, int[]> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("attention.self.query", new int[] {24, 24});
        SHAPES.put("attention.self.key", new int[] {24, 24});
        SHAPES.put("attention.self.value", new int[] {24, 24});
        SHAPES.put("attention.output.dense", new int[] {24, 24});
        SHAPES.put("intermediate.dense", new int[] {56, 24});
        SHAPES.put("output.dense", new int[] {24, 56});
    }

    private TinyRun() {}

    /** How strong the direction is that training adds to a matrix. */
    @FunctionalInterface
    interface Strength {
        double of(String name, int layer);
    }

    /** The tensors of one checkpoint. */
    static Map<String, TestTensor> tensors(long seed, Strength strength) {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (int layer = 0; layer < 2; layer++) {
            for (Map.Entry<String, int[]> shape : SHAPES.entrySet()) {
                int rows = shape.getValue()[0];
                int cols = shape.getValue()[1];
                double added = strength.of(shape.getKey(), layer) / Math.sqrt((double) rows * cols);
                double[][] values = new double[rows][cols];
                for (double[] row : values) {
                    for (int j = 0; j < cols; j++) {
                        row[j] = (float) random.nextGaussian() + added;
                    }
                }
                tensors.put(
                        "bert.encoder.layer." + layer + "." + shape.getKey() + ".weight", TestTensor.matrix(values));
            }
        }
        tensors.put(
                "bert.embeddings.word_embeddings.weight",
                TestTensor.gaussian(org.lowrank.weights.tensor.DType.F32, List.of(61L, 24L), seed));
        return tensors;
    }

    static byte[] weights(long seed, double strength) {
        return SafetensorsWriter.bytes(tensors(seed, (name, layer) -> strength));
    }

    /** A revision of a repository. */
    static void publish(FakeRepo repo, String revision, byte[] weights) {
        repo.with(revision, "config.json", Content.of(CONFIG.getBytes(StandardCharsets.UTF_8)));
        repo.with(revision, "model.safetensors", Content.of(weights));
    }

    /** A folder as Hugging Face's trainer writes it, in two shards, with what belongs to the optimizer beside. */
    static void save(Path folder, long step, Map<String, TestTensor> tensors) throws IOException {
        Files.createDirectories(folder.resolve("global_step" + step));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Map<String, TestTensor> first = new LinkedHashMap<>();
        Map<String, TestTensor> second = new LinkedHashMap<>();
        StringBuilder index = new StringBuilder();
        tensors.forEach((name, tensor) -> {
            boolean one = name.contains("layer.0");
            (one ? first : second).put(name, tensor);
            index.append(index.isEmpty() ? "" : ",")
                    .append('"')
                    .append(name)
                    .append("\":\"model-0000")
                    .append(one ? 1 : 2)
                    .append("-of-00002.safetensors\"");
        });
        Files.write(folder.resolve("model-00001-of-00002.safetensors"), SafetensorsWriter.bytes(first));
        Files.write(folder.resolve("model-00002-of-00002.safetensors"), SafetensorsWriter.bytes(second));
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"weight_map\":{" + index + "}}");
        Files.writeString(
                folder.resolve("trainer_state.json"),
                "{\"log_history\": [{\"global_step\": 7, \"loss\": 1.5}], \"best_metric\": null, \"global_step\": "
                        + step + ", \"epoch\": 0.5}");
        for (String other : List.of(
                "optimizer.pt",
                "scheduler.pt",
                "rng_state.pth",
                "training_args.bin",
                "optimizer.bin",
                "scaler.pt",
                "global_step" + step + "/mp_rank_00_model_states.pt")) {
            Files.write(folder.resolve(other), new byte[] {'n', 'o', 't', 0, 'r', 'e', 'a', 'd'});
        }
    }
}
