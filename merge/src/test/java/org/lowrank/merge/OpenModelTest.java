package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;

/** An ONNX file has weights as [in, out]; a merge is written as PyTorch has them. */
class OpenModelTest {
    private static final TestTensor WEIGHT = TestTensor.f32(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);

    @TempDir
    Path directory;

    private List<Long> shape(String config, String initializer, String node, String name) throws Exception {
        byte[] model = new OnnxWriter()
                .initializer(initializer, WEIGHT)
                .node(node, "MatMul", List.of("x", initializer), List.of("y"))
                .toByteArray();
        Files.write(directory.resolve("model.onnx"), model);
        Files.writeString(directory.resolve("config.json"), config);
        try (OpenModel open = OpenModel.open(directory.toString(), SourceOptions.defaults())) {
            return open.tensor(name).orElseThrow().shape();
        }
    }

    @Test
    void weightsOfLinearLayersAreTurned() throws Exception {
        String name = "encoder.layer.0.attention.self.query.weight";
        String node = "/encoder/layer.0/attention/self/query/MatMul";
        assertThat(shape("{\"model_type\": \"bert\"}", "onnx::MatMul_7", node, name))
                .containsExactly(3L, 2L);
        assertThat(shape("{\"model_type\": \"nobody knows\"}", "onnx::MatMul_7", node, name))
                .containsExactly(3L, 2L);
    }

    /** Its Conv1D has them as [in, out] in PyTorch too. */
    @Test
    void thoseOfGpt2AreNot() throws Exception {
        String name = "h.0.attn.c_attn.weight";
        assertThat(shape("{\"model_type\": \"gpt2\"}", name, "/h.0/attn/c_attn/MatMul", name))
                .containsExactly(2L, 3L);
    }
}
