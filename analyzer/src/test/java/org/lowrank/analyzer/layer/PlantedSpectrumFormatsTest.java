package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lowrank.analyzer.layer.Fused.transposed;

import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.ProtoWriter;

/** A known spectrum planted in a checkpoint of each format, in that format's own names and orientation, comes back. */
class PlantedSpectrumFormatsTest extends PlantedContract {
    private static final String BERT =
            "{\"model_type\": \"bert\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4}";

    @ParameterizedTest
    @EnumSource(Format.class)
    void everyFormatReturnsThePlantedSpectrum(Format format) throws Exception {
        Files.writeString(directory.resolve("config.json"), BERT);
        switch (format) {
            case SAFETENSORS, TORCH_ZIP, TORCH_LEGACY -> {
                bert("bert.encoder.layer.#.%s.weight", false);
                CheckpointWriters.write(format, directory, tensors);
            }
            case TENSOR_BUNDLE -> {
                bert("bert/encoder/layer_#/%s/kernel", true);
                CheckpointWriters.write(format, directory, tensors);
            }
            case ONNX -> CheckpointWriters.put(directory.resolve("model.onnx"), onnx(Set.of()));
            case GGUF -> {
                Files.delete(directory.resolve("config.json"));
                ggufBert();
                Map<String, ?> metadata =
                        Map.of("general.architecture", "bert", "bert.block_count", 2, "bert.attention.head_count", 4);
                CheckpointWriters.put(directory.resolve("model.gguf"), GgufWriter.bytes(tensors, metadata));
            }
        }
        ModelOutcome outcome = analyze(directory);
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(14);
        assertThat(outcome.warnings()).isEmpty();
        assertThat(outcome.model().architecture().modelType()).isEqualTo("bert");
    }

    @Test
    void tensorFlowCheckpointIsReadByItsPrefix() throws Exception {
        Files.writeString(directory.resolve("config.json"), BERT);
        bert("bert/encoder/layer_#/%s/kernel", true);
        CheckpointWriters.write(Format.TENSOR_BUNDLE, directory, tensors);
        assertPlanted(analyze(directory.resolve("model.ckpt")));
    }

    /** Where Q is stored as [out, in] and K as [in, out], their stack would be of something else. */
    @Test
    void partsOfAStackMustLieAlike() throws Exception {
        Files.writeString(directory.resolve("config.json"), BERT);
        CheckpointWriters.put(directory.resolve("model.onnx"), onnx(Set.of("K")));
        assertThatThrownBy(() -> analyze(directory))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("mixed orientations: ");
    }

    private static String module(String kind) {
        return switch (kind) {
            case "Q" -> "attention/self/query";
            case "K" -> "attention/self/key";
            case "V" -> "attention/self/value";
            case "O" -> "attention/output/dense";
            case "M1" -> "intermediate/dense";
            default -> "output/dense";
        };
    }

    private void bert(String pattern, boolean inOut) {
        for (int layer = 0; layer < 2; layer++) {
            for (String kind : KINDS) {
                String module =
                        pattern.contains("/") ? module(kind) : module(kind).replace('/', '.');
                double[][] outIn = matrix(layer, kind);
                put(pattern.replace("#", "" + layer).formatted(module), inOut ? transposed(outIn) : outIn);
            }
        }
    }

    /**
     * As torch.onnx.export leaves it: anonymous weights [in, out], named by the products that read them; some [out, in], read by a
     * product that turns them.
     */
    private byte[] onnx(Set<String> outIn) {
        OnnxWriter model = new OnnxWriter();
        int number = 400;
        for (int layer = 0; layer < 2; layer++) {
            for (String kind : KINDS) {
                String weight = "onnx::MatMul_" + number++;
                String node = "/encoder/layer." + layer + "/" + module(kind) + "/MatMul";
                if (outIn.contains(kind)) {
                    model.initializer(weight, tensor(matrix(layer, kind)));
                    model.node(OnnxWriter.describeNode(
                                    node, "Gemm", List.of("hidden_" + number, weight), List.of(node + "_output_0"))
                            .message(
                                    5,
                                    new ProtoWriter()
                                            .text(1, "transB")
                                            .number(3, 1)
                                            .number(20, 2)));
                    continue;
                }
                model.initializer(weight, tensor(transposed(matrix(layer, kind))));
                model.node(node, "MatMul", List.of("hidden_" + number, weight), List.of(node + "_output_0"));
            }
        }
        return model.toByteArray();
    }

    private void ggufBert() {
        Map<String, String> names = Map.of(
                "Q", "attn_q", "K", "attn_k", "V", "attn_v", "O", "attn_output", "M1", "ffn_up", "M2", "ffn_down");
        for (int layer = 0; layer < 2; layer++) {
            for (String kind : KINDS) {
                put("blk." + layer + "." + names.get(kind) + ".weight", matrix(layer, kind));
            }
        }
    }
}
