package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.lowrank.analyzer.layer.Fused.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.PlantedMatrix;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;

/** Known spectra in the layouts that only GGUF has, and in quantised blocks. */
class PlantedGgufTest extends PlantedContract {
    @Test
    void fusedQkvAndGateOfGgufAreDividedAsPhi3HasThem() throws Exception {
        for (int layer = 0; layer < 2; layer++) {
            double[][] q = planted.matrix(layer, "Q", D, D);
            double[][] k = planted.matrix(layer, "K", D / 2, D); // two key-value heads of four
            double[][] v = planted.matrix(layer, "V", D / 2, D);
            put("blk." + layer + ".attn_qkv.weight", stack(q, k, v));
            put("blk." + layer + ".attn_output.weight", matrix(layer, "O"));
            double[][] gate = planted.matrix(layer, "GATE", F, D);
            put("blk." + layer + ".ffn_up.weight", stack(gate, matrix(layer, "M1")));
            put("blk." + layer + ".ffn_down.weight", matrix(layer, "M2"));
        }
        ModelOutcome outcome = analyze(gguf(Map.of(
                "general.architecture",
                "phi3",
                "phi3.block_count",
                2,
                "phi3.attention.head_count",
                4,
                "phi3.attention.head_count_kv",
                2)));
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(2 * 8);
    }

    @Test
    void expertsOfGgufAreMeasuredOneByOne() throws Exception {
        for (int layer = 0; layer < 2; layer++) {
            put("blk." + layer + ".attn_q.weight", matrix(layer, "Q"));
            put("blk." + layer + ".attn_k.weight", matrix(layer, "K"));
            put("blk." + layer + ".attn_v.weight", matrix(layer, "V"));
            put("blk." + layer + ".attn_output.weight", matrix(layer, "O"));
            for (String kind : List.of("M1", "GATE", "M2")) {
                double[][][] experts = new double[3][][];
                for (int e = 0; e < 3; e++) {
                    boolean down = kind.equals("M2");
                    experts[e] = planted.matrix(layer, kind + ":E" + e, down ? D : F, down ? F : D);
                }
                String name = Map.of("M1", "up", "GATE", "gate", "M2", "down").get(kind);
                tensors.put("blk." + layer + ".ffn_" + name + "_exps.weight", tensor(experts));
            }
            put("blk." + layer + ".ffn_gate_inp.weight", new double[3][D]);
        }
        ModelOutcome outcome = analyze(
                gguf(Map.of("general.architecture", "llama", "llama.block_count", 2, "llama.attention.head_count", 4)));
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(2 * (5 + 9));
        assertThat(outcome.skipped())
                .extracting(AnalysisResult.Skipped::reason)
                .containsExactly("router of experts", "router of experts");
    }

    private Path gguf(Map<String, ?> metadata) {
        return CheckpointWriters.put(directory.resolve("model.gguf"), GgufWriter.bytes(tensors, metadata));
    }

    /**
     * A block of 32 has the step d = max|x| / 127; a value is off by at most d/2, and by 127 d 2⁻¹¹ more because d is stored
     * in 11 bits. Weyl: σ1 is off by no more than the error's Frobenius norm.
     */
    @Test
    void quantisedGgufReturnsTheSpectrumWithinItsQuantisationErrorAndSaysSo() throws Exception {
        int d = 64;
        int f = 128;
        Map<String, String> names = Map.of(
                "Q", "attn_q", "K", "attn_k", "V", "attn_v", "O", "attn_output", "M1", "ffn_up", "M2", "ffn_down");
        Map<String, PlantedMatrix> expected = new TreeMap<>();
        Map<String, Double> error = new TreeMap<>();
        for (String kind : KINDS) {
            int rows = kind.equals("M1") ? f : d;
            int cols = kind.equals("M2") ? f : d;
            PlantedMatrix matrix = new PlantedMatrix(rows, cols, 1 + KINDS.indexOf(kind), 1);
            ByteSink blocks = new ByteSink();
            double largest = 0;
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j += 32) {
                    largest = Math.max(largest, quantise(matrix, i, j, blocks));
                }
            }
            expected.put("0 " + kind, matrix);
            error.put("0 " + kind, largest * (0.5 + 127 * 0x1p-11) * Math.sqrt((double) rows * cols));
            tensors.put(
                    "blk.0." + names.get(kind) + ".weight",
                    new TestTensor(DType.Q8_0, List.of((long) rows, (long) cols), blocks.toByteArray()));
        }
        ModelOutcome outcome = analyze(
                gguf(Map.of("general.architecture", "gptj", "gptj.block_count", 1, "gptj.attention.head_count", 4)));
        Map<String, MatrixMeasurement> rows = rows(outcome);
        expected.forEach((name, matrix) -> {
            double bound = error.getOrDefault(name, 0.0);
            assertThat(bound).as("a bound that means something").isLessThan(0.05 * matrix.spectralNorm());
            assertThat(rows).hasEntrySatisfying(name, row -> {
                assertThat(row.spectralNorm()).as("σ1 of " + name).isCloseTo(matrix.spectralNorm(), within(bound));
                assertThat(row.frobeniusNorm()).isCloseTo(matrix.frobeniusNorm(), within(bound));
                assertThat(row.dtype()).isEqualTo("Q8_0");
            });
        });
        assertThat(outcome.warnings())
                .extracting(AnalysisResult.Warning::message)
                .singleElement()
                .asString()
                .startsWith("quantised weights were dequantised, ");
    }

    /** One block as ggml's quantize_row_q8_0: a half-precision step and 32 signed bytes. */
    private static double quantise(PlantedMatrix matrix, int i, int j, ByteSink out) {
        double largest = 0;
        for (int k = 0; k < 32; k++) {
            largest = Math.max(largest, Math.abs(matrix.at(i, j + k)));
        }
        double step = largest / 127;
        out.bytes(TestTensor.of(DType.F16, List.of(1L), step).data());
        for (int k = 0; k < 32; k++) {
            out.u8((int) Math.round(step == 0 ? 0 : matrix.at(i, j + k) / step));
        }
        return step;
    }
}
