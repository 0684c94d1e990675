package org.lowrank.analyzer.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/**
 * Forms of single heads. Expected numbers are numpy 2.4.6's, {@code numpy.linalg.norm} of
 * {@code Wq[h*n:(h+1)*n].T @ Wk[g*n:(g+1)*n]} and {@code Wo[:, h*n:(h+1)*n] @ Wv[g*n:(g+1)*n]} with g = h·G//H.
 */
class HeadsTest {
    /** ‖QK‖_F, ‖QK‖_2, ‖OV‖_F, ‖OV‖_2 per head of GPT-2's layout, H = 2, n = 5, d = 10. */
    private static final double[][] TWO_HEADS = {
        {1.153634076313304, 1.0400082656501335, 0.66104553638299, 0.5340040285857162},
        {1.1544340152246955, 1.04427431281418, 0.7122455343291911, 0.6244505198458739}
    };

    @TempDir
    Path directory;

    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    @Test
    void groupedHeadsReadTheKeysAndValuesOfTheirGroup() throws Exception {
        String at = "model.layers.0.";
        put(at + "self_attn.q_proj.weight", 12, 10, matrix(12, 10, 7, 5, 11, 5));
        put(at + "self_attn.k_proj.weight", 6, 10, matrix(6, 10, 3, 4, 7, 3));
        put(at + "self_attn.v_proj.weight", 6, 10, matrix(6, 10, 5, 3, 13, 6));
        put(at + "self_attn.o_proj.weight", 10, 12, matrix(10, 12, 2, 9, 17, 8));
        put(at + "mlp.gate_proj.weight", 14, 10, new double[140]);
        put(at + "mlp.up_proj.weight", 14, 10, new double[140]);
        put(at + "mlp.down_proj.weight", 10, 14, new double[140]);
        ModelOutcome outcome = analyse(
                "{\"model_type\":\"llama\",\"num_hidden_layers\":1,\"num_attention_heads\":4,\"num_key_value_heads\":2}",
                "Q");
        assertHeads(outcome.matrices(), new double[][] {
            {0.4812461951959984, 0.381227416580468, 1.4093552953860897, 1.2362768727444586},
            {0.4850990052781751, 0.385710801145735, 1.3603175611552987, 1.1873448853020063},
            {0.46972554736116917, 0.4126926755186606, 1.313574941134522, 1.2699790832656692},
            {0.4716220607266612, 0.41397052524507316, 1.336771030172847, 1.2925340323528545}
        });
        MatrixMeasurement third = row(outcome.matrices(), "QK:H2");
        assertThat(third.sourceTensors())
                .containsExactly(at + "self_attn.q_proj.weight", at + "self_attn.k_proj.weight");
        assertThat(third.numbers().spectrum()).isNotNull();
        assertThat(outcome.matrices())
                .extracting(MatrixMeasurement::matrix)
                .startsWith("Q", "QK:H0")
                .doesNotContain("O");
        assertThat(outcome.warnings())
                .anySatisfy(warning -> assertThat(warning.message()).contains("rotary", "distance"));
    }

    @Test
    void fusedAndTurnedWeightsAreDividedIntoHeads() throws Exception {
        double[] fused = matrix(10, 30, 7, 5, 11, 5);
        double[] projection = matrix(10, 10, 3, 4, 7, 3);
        put("h.0.attn.c_attn.weight", 10, 30, fused);
        put("h.0.attn.c_proj.weight", 10, 10, projection);
        put("h.0.mlp.c_fc.weight", 10, 40, new double[400]);
        put("h.0.mlp.c_proj.weight", 40, 10, new double[400]);
        assertHeads(
                analyse("{\"model_type\":\"gpt2\",\"n_layer\":1,\"n_head\":2}", "O")
                        .matrices(),
                TWO_HEADS);
    }

    /** The same weights as GPT-NeoX lays them: [out, in], per head its rows of Q, K and V. */
    @Test
    void interleavedWeightsAreDividedIntoHeads() throws Exception {
        double[] fused = matrix(10, 30, 7, 5, 11, 5);
        double[] projection = matrix(10, 10, 3, 4, 7, 3);
        double[] interleaved = new double[300];
        double[] turned = new double[100];
        for (int j = 0; j < 10; j++) {
            for (int head = 0; head < 2; head++) {
                for (int kind = 0; kind < 3; kind++) {
                    for (int i = 0; i < 5; i++) {
                        interleaved[(head * 15 + kind * 5 + i) * 10 + j] = fused[j * 30 + kind * 10 + head * 5 + i];
                    }
                }
            }
            for (int i = 0; i < 10; i++) {
                turned[i * 10 + j] = projection[j * 10 + i];
            }
        }
        String at = "gpt_neox.layers.0.";
        put(at + "attention.query_key_value.weight", 30, 10, interleaved);
        put(at + "attention.dense.weight", 10, 10, turned);
        put(at + "mlp.dense_h_to_4h.weight", 40, 10, new double[400]);
        put(at + "mlp.dense_4h_to_h.weight", 10, 40, new double[400]);
        assertHeads(
                analyse("{\"model_type\":\"gpt_neox\",\"num_hidden_layers\":1,\"num_attention_heads\":2}", "O")
                        .matrices(),
                TWO_HEADS);
    }

    @Test
    void withoutANumberOfHeadsThereAreNone() throws Exception {
        String at = "encoder.layer.0.";
        for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
            put(at + "attention." + name + ".weight", 4, 4, matrix(4, 4, 7, 5, 11, 5));
        }
        put(at + "intermediate.dense.weight", 8, 4, new double[32]);
        put(at + "output.dense.weight", 4, 8, new double[32]);
        ModelOutcome outcome = analyse("{\"model_type\":\"bert\",\"num_hidden_layers\":1}", "Q");
        assertThat(outcome.matrices()).extracting(MatrixMeasurement::matrix).containsExactly("Q");
        assertThat(outcome.warnings())
                .anySatisfy(warning -> assertThat(warning.message()).contains("does not say how many there are"));
    }

    private static void assertHeads(List<MatrixMeasurement> rows, double[][] expected) {
        for (int head = 0; head < expected.length; head++) {
            MatrixMeasurement queryKey = row(rows, "QK:H" + head);
            MatrixMeasurement outputValue = row(rows, "OV:H" + head);
            assertThat(queryKey.rows()).isEqualTo(10);
            assertThat(queryKey.cols()).isEqualTo(10);
            assertThat(queryKey.frobeniusNorm()).isCloseTo(expected[head][0], within(1e-13));
            assertThat(queryKey.spectralNorm()).isCloseTo(expected[head][1], within(1e-13));
            assertThat(outputValue.frobeniusNorm()).isCloseTo(expected[head][2], within(1e-13));
            assertThat(outputValue.spectralNorm()).isCloseTo(expected[head][3], within(1e-13));
        }
        assertThat(rows).filteredOn(row -> row.matrix().startsWith("QK:")).hasSize(expected.length);
    }

    private static MatrixMeasurement row(List<MatrixMeasurement> rows, String matrix) {
        return rows.stream()
                .filter(row -> row.matrix().equals(matrix))
                .findFirst()
                .orElseThrow();
    }

    private void put(String name, long rows, long cols, double[] values) {
        tensors.put(name, TestTensor.of(DType.F32, List.of(rows, cols), values));
    }

    /** ((i·a + j·b) mod m − o)/16. */
    private static double[] matrix(int rows, int cols, int a, int b, int m, int o) {
        double[] entries = new double[rows * cols];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                entries[i * cols + j] = ((i * a + j * b) % m - o) / 16.0;
            }
        }
        return entries;
    }

    private ModelOutcome analyse(String config, String matrices) throws Exception {
        write(config);
        LayerSelection selection =
                LayerSelection.parse(Optional.empty(), Optional.of(matrices)).withHeads(true);
        try (SpectralEngine engine = SpectralEngines.create();
                ModelAnalysis analysis = ModelAnalysis.open(
                        directory.toString(), SourceOptions.defaults().withOffline(true), selection)) {
            return analysis.measure(
                    engine, SpectralOptions.defaults(), 2, "test", Optional.empty(), (done, total, last) -> {});
        }
    }

    private void write(String config) throws IOException {
        Files.write(directory.resolve("model.safetensors"), SafetensorsWriter.bytes(tensors));
        Files.writeString(directory.resolve("config.json"), config);
    }
}
