package org.lowrank.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * A Llama as llama.cpp's converter writes it: other names, and the rows of Q and K in the order in which pairs of a rotation
 * stand beside one another. It must lose what transformers loses with the same weights.
 */
class GgufForwardTest {
    private static final Map<String, String> NAMES = Map.of(
            "input_layernorm", "attn_norm",
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "post_attention_layernorm", "ffn_norm",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    @TempDir
    Path folder;

    @Test
    void ggufLosesWhatTheOriginalLoses() throws Exception {
        ForwardCase forward = ForwardCase.read("mistral-full");
        JsonNode config = forward.config();
        int heads = config.get("num_attention_heads").asInt();
        int pairs = config.get("num_key_value_heads").asInt();
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        try (ModelFiles files = LocalFiles.of(forward.write(folder.resolve("hf")));
                CheckpointReader reader = new CheckpointReader(files)) {
            for (Tensor tensor : reader.read().tensors()) {
                double[] values = values(tensor);
                List<Long> shape = tensor.shape();
                if (tensor.name().endsWith("q_proj.weight")) {
                    values = permuted(values, shape, heads);
                } else if (tensor.name().endsWith("k_proj.weight")) {
                    values = permuted(values, shape, pairs);
                }
                tensors.put(name(tensor.name()), TestTensor.f32(shape, values));
            }
        }
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("llama.block_count", config.get("num_hidden_layers").asInt());
        metadata.put("llama.embedding_length", config.get("hidden_size").asInt());
        metadata.put("llama.attention.head_count", heads);
        metadata.put("llama.attention.head_count_kv", pairs);
        metadata.put("llama.attention.layer_norm_rms_epsilon", (float)
                config.get("rms_norm_eps").asDouble());
        metadata.put("llama.rope.freq_base", (float)
                config.get("rope_parameters").get("rope_theta").asDouble());
        Path made = Files.createDirectories(folder.resolve("gguf"));
        Files.write(made.resolve("model.gguf"), GgufWriter.bytes(tensors, metadata));
        try (ModelFiles files = LocalFiles.of(made);
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            try (LayerwiseModel model = LayerwiseModel.open(
                    checkpoint, checkpoint.config(), RunSettings.defaults().withThreads(1))) {
                Losses losses =
                        model.run(forward.sequences(), ActivationListener.NONE).orElseThrow();
                assertThat(losses.nll()).isCloseTo(forward.expected().get("nll").asDouble(), within(2e-5));
            }
        }
    }

    private static String name(String original) {
        String[] parts = original.split("\\.", 4);
        return switch (original) {
            case "model.embed_tokens.weight" -> "token_embd.weight";
            case "model.norm.weight" -> "output_norm.weight";
            case "lm_head.weight" -> "output.weight";
            default -> "blk." + parts[2] + "." + NAMES.get(parts[3].replace(".weight", "")) + ".weight";
        };
    }

    private static double[] values(Tensor tensor) throws Exception {
        long count = tensor.shape().stream().reduce(1L, (a, b) -> a * b);
        java.nio.FloatBuffer numbers = java.nio.FloatBuffer.allocate((int) count);
        try (Tensor.Values values = tensor.open()) {
            Widening.entries(values, 0, count, numbers);
        }
        double[] values = new double[numbers.capacity()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i);
        }
        return values;
    }

    /** Row s·k/2 + j of a head, s its half, becomes row 2j + s. */
    private static double[] permuted(double[] values, List<Long> shape, int heads) {
        int cols = shape.get(1).intValue();
        int size = shape.get(0).intValue() / heads;
        List<double[]> rows = new ArrayList<>();
        for (int head = 0; head < heads; head++) {
            for (int row = 0; row < size; row++) {
                int from = head * size + row % 2 * (size / 2) + row / 2;
                rows.add(java.util.Arrays.copyOfRange(values, from * cols, (from + 1) * cols));
            }
        }
        double[] permuted = new double[values.length];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(rows.get(row), 0, permuted, row * cols, cols);
        }
        return permuted;
    }
}
