package org.lowrank.analyzer.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.adapter.PeftWriter;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.writing.ModelDirectory;

/**
 * Task vectors with a planted spectrum, σ_k = 2^(2−k) between orthonormal vectors (of Hadamard matrices), so that errors have a
 * closed form: ‖ΔW − BA‖_2 = σ_{k+1}, ‖ΔW − BA‖_F² = Σ_{i>k} σ_i² (Eckart and Young).
 */
class ExtractionTest {
    private static final int D = 32;
    private static final int F = 64;
    private static final int RANK = 8;
    private static final List<String> MATRICES = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj");
    private static final double WHOLE = energyBeyond(0);

    @TempDir
    Path directory;

    /** σ1 = 4, σ2 = 2, … so that 3/4 of the energy lies in the first direction, 15/16 in two, 63/64 in three. */
    @ParameterizedTest
    @CsvSource({"RANK, 3, 3", "RANK, 20, 8", "ENERGY, 0.9, 2", "ENERGY, 0.98, 3", "ERROR, 0.2, 3", "ERROR, 0.51, 1"})
    void errorsAreThoseOfTheSpectrumBeyondTheRank(ExtractionGoal.Kind kind, double value, int rank) throws Exception {
        Extraction extraction = extract(new ExtractionGoal(kind, value, 32));
        assertThat(extraction.matrices()).hasSize(7);
        for (ExtractedMatrix one : extraction.matrices()) {
            assertThat(one.rank()).as(one.target()).isEqualTo(rank);
            assertThat(one.frobeniusNorm()).isCloseTo(Math.sqrt(WHOLE), within(1e-6));
            assertThat(one.spectralNorm()).isCloseTo(4, within(1e-5));
            double beyond = energyBeyond(rank);
            assertThat(one.error().frobeniusNorm()).isCloseTo(Math.sqrt(beyond), within(4e-6));
            double next = rank < RANK ? 4 / Math.pow(2, rank) : 0;
            assertThat(one.error().spectralNormLower()).isLessThanOrEqualTo(next + 4e-6);
            assertThat(one.error().spectralNormUpper()).isCloseTo(next, within(4e-6));
            assertThat(one.energy()).isCloseTo(1 - beyond / WHOLE, within(1e-6));
        }
    }

    /** What PEFT's page "PEFT checkpoint format" says of names, shapes, dtypes and settings. */
    @Test
    void theAdapterIsWhatPeftDocuments() throws Exception {
        extract(ExtractionGoal.rank(3));
        JsonNode settings =
                new ObjectMapper().readTree(Files.readString(adapter().resolve("adapter_config.json")));
        assertThat(settings.path("peft_type").asText()).isEqualTo("LORA");
        assertThat(settings.path("r").asInt()).isEqualTo(3);
        assertThat(settings.path("lora_alpha").asInt()).isEqualTo(3); // s = α/r = 1
        assertThat(settings.path("bias").asText()).isEqualTo("none");
        assertThat(settings.path("base_model_name_or_path").asText()).isEqualTo("org/base");
        assertThat(settings.path("use_rslora").asBoolean(true)).isFalse();
        assertThat(settings.path("use_dora").asBoolean(true)).isFalse();
        assertThat(settings.path("fan_in_fan_out").asBoolean(true)).isFalse();
        assertThat(settings.path("target_modules"))
                .extracting(JsonNode::asText)
                .contains("model.layers.0.self_attn.q_proj")
                .hasSize(7);
        JsonNode header = header(adapter().resolve("adapter_model.safetensors"));
        JsonNode a = header.path("base_model.model.model.layers.0.mlp.up_proj.lora_A.weight");
        JsonNode b = header.path("base_model.model.model.layers.0.mlp.up_proj.lora_B.weight");
        assertThat(a.path("dtype").asText()).isEqualTo("F32");
        assertThat(a.path("shape")).extracting(JsonNode::asInt).containsExactly(3, D);
        assertThat(b.path("shape")).extracting(JsonNode::asInt).containsExactly(F, 3);
        assertThat(header.path("__metadata__").path("format").asText()).isEqualTo("pt");
        assertThat(header.size()).isEqualTo(1 + 14);
        assertThat(adapter().resolve("factors.part")).doesNotExist();
    }

    /** base + extracted adapter is the tuned model, up to the error in the table. */
    @Test
    void baseAndAdapterAreTheTunedModel() throws Exception {
        extract(ExtractionGoal.rank(RANK));
        try (ModelAnalysis merged = open(base() + "+" + adapter());
                ModelAnalysis tuned = open(tuned().toString());
                SpectralEngine engine = SpectralEngines.create()) {
            var one = measure(merged, engine);
            var other = measure(tuned, engine);
            for (int i = 0; i < one.size(); i++) {
                assertThat(one.get(i).id()).isEqualTo(other.get(i).id());
                assertThat(one.get(i).frobeniusNorm()).isCloseTo(other.get(i).frobeniusNorm(), within(1e-5));
                assertThat(one.get(i).spectralNorm()).isCloseTo(other.get(i).spectralNorm(), within(1e-5));
            }
        }
    }

    @Test
    void identicalWeightsAreNotWritten() throws Exception {
        Map<String, TestTensor> base = write();
        base.remove("model.norm.weight");
        Map<String, TestTensor> tuned = new LinkedHashMap<>(base);
        tuned.put("model.layers.0.mlp.up_proj.weight", TestTensor.gaussian(DType.F32, List.of((long) F, (long) D), 9));
        save(tuned(), tuned);
        Extraction extraction = run(ExtractionGoal.rank(2));
        assertThat(extraction.written()).isEqualTo(1);
        assertThat(extraction.matrices())
                .filteredOn(one -> one.target().endsWith("q_proj"))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.rank()).isZero();
                    assertThat(one.energy()).isEqualTo(1);
                    assertThat(one.note()).startsWith("the weights are identical");
                });
        assertThat(header(adapter().resolve("adapter_model.safetensors")).size())
                .isEqualTo(1 + 2);
    }

    /** A product of rank 8 from the planted factors, shrunk to 3: the same closed form, without forming it. */
    @Test
    void anAdapterIsShrunkWithItsExactError() throws Exception {
        extract(ExtractionGoal.rank(RANK));
        Path smaller = directory.resolve("smaller");
        try (ModelAnalysis model = open(adapter().toString());
                ModelDirectory building = ModelDirectory.open(smaller, "test", Optional.empty());
                PeftWriter writer = PeftWriter.open(building)) {
            Extraction extraction = new AdapterShrinker(ExtractionGoal.rank(3))
                    .shrink(model.adapter().orElseThrow().base(), false, model.layers(), writer, (done, total) -> {});
            writer.finish("org/base", "", false);
            writer.close();
            building.commit();
            assertThat(extraction.matrices()).hasSize(7);
            for (ExtractedMatrix one : extraction.matrices()) {
                assertThat(one.rank()).isEqualTo(3);
                assertThat(one.error().frobeniusNorm()).isCloseTo(Math.sqrt(energyBeyond(3)), within(4e-6));
                assertThat(one.error().spectralNormLower()).isCloseTo(0.5, within(4e-6));
                assertThat(one.error().spectralNormUpper()).isCloseTo(0.5, within(4e-6));
                assertThat(one.error().upperFailureProbability()).isZero();
            }
        }
        try (ModelAnalysis model = open(smaller.toString())) {
            assertThat(model.adapter().orElseThrow().title()).isEqualTo("LoRA, PEFT, r = 3");
        }
    }

    @Test
    void differentRanksAreInThePatterns() throws Exception {
        Map<String, TestTensor> base = write();
        Map<String, TestTensor> tuned = tunedOf(base);
        String up = "model.layers.0.mlp.up_proj.weight";
        tuned.put(up, plus(base.get(up), F, D, 1)); // of rank one
        save(tuned(), tuned);
        run(new ExtractionGoal(ExtractionGoal.Kind.ENERGY, 0.98, 32));
        JsonNode settings =
                new ObjectMapper().readTree(Files.readString(adapter().resolve("adapter_config.json")));
        assertThat(settings.path("r").asInt()).isEqualTo(3);
        assertThat(settings.path("rank_pattern")
                        .path("model.layers.0.mlp.up_proj")
                        .asInt())
                .isEqualTo(1);
        assertThat(settings.path("alpha_pattern")
                        .path("model.layers.0.mlp.up_proj")
                        .asInt())
                .isEqualTo(1);
        try (ModelAnalysis model = open(adapter().toString())) {
            assertThat(model.adapter().orElseThrow().targets())
                    .allSatisfy(target -> assertThat(target.product().scale()).isEqualTo(1));
        }
    }

    /** ONNX files have weights as [in, out]: square ones would be compared with the other's transpose, and PEFT told of a Conv1D. */
    @Test
    void aBaseInOnnxGivesTheAdapterOfPyTorchs() throws Exception {
        Extraction plain = extract(ExtractionGoal.rank(RANK));
        byte[] weights = Files.readAllBytes(adapter().resolve("adapter_model.safetensors"));
        Map<String, TestTensor> tensors = write();
        Files.delete(base().resolve("model.safetensors"));
        Files.write(base().resolve("model.onnx"), onnx(tensors));
        try (Stream<Path> files = Files.list(adapter())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(adapter());
        Extraction turned = run(ExtractionGoal.rank(RANK));
        assertThat(turned.fanInFanOut()).isFalse();
        assertThat(turned.matrices()).isEqualTo(plain.matrices());
        assertThat(adapter().resolve("adapter_model.safetensors")).hasBinaryContent(weights);
    }

    private static byte[] onnx(Map<String, TestTensor> tensors) {
        OnnxWriter model = new OnnxWriter();
        tensors.forEach((name, tensor) -> {
            if (tensor.shape().size() == 2) {
                String initializer = "onnx::MatMul_" + name.hashCode();
                String module = name.substring(0, name.length() - ".weight".length());
                model.initializer(initializer, transposed(tensor));
                model.node(
                        "/" + module.replace('.', '/').replace("layers/0", "layers.0") + "/MatMul",
                        "MatMul",
                        List.of("x", initializer),
                        List.of("y"));
            } else {
                model.initializer(name, tensor);
            }
        });
        return model.toByteArray();
    }

    private static TestTensor transposed(TestTensor tensor) {
        int rows = tensor.shape().get(0).intValue();
        int cols = tensor.shape().get(1).intValue();
        ByteBuffer data = ByteBuffer.wrap(tensor.data()).order(ByteOrder.LITTLE_ENDIAN);
        double[] turned = new double[rows * cols];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                turned[j * rows + i] = data.getFloat(4 * (i * cols + j));
            }
        }
        return TestTensor.of(DType.F32, List.of((long) cols, (long) rows), turned);
    }

    @Test
    void goalsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> ExtractionGoal.rank(0))
                .hasMessage("--rank: 0.0, at most 0: not a rank from 1 to 65536; give for instance 16");
        assertThatThrownBy(() -> new ExtractionGoal(ExtractionGoal.Kind.ENERGY, 1, 8))
                .hasMessageStartingWith("--energy: 1.0, at most 8: not between 0 and 1");
        assertThatThrownBy(() -> new ExtractionGoal(ExtractionGoal.Kind.ERROR, Double.NaN, 8))
                .hasMessageStartingWith("--error: NaN");
    }

    /** Σ_{i>k} σ_i² with σ_i = 2^(3−i), i from 1 to 8. */
    private static double energyBeyond(int k) {
        double sum = 0;
        for (int i = k + 1; i <= RANK; i++) {
            sum += Math.pow(4, 3 - i);
        }
        return sum;
    }

    private Extraction extract(ExtractionGoal goal) throws Exception {
        save(tuned(), tunedOf(write()));
        return run(goal);
    }

    private Extraction run(ExtractionGoal goal) throws Exception {
        try (ModelAnalysis base = open(base().toString());
                ModelAnalysis tuned = open(tuned().toString());
                SpectralEngine engine = SpectralEngines.create();
                ModelDirectory building = ModelDirectory.open(adapter(), "test", Optional.of("adapter_config.json"));
                PeftWriter writer = PeftWriter.open(building)) {
            SpectralOptions options = new SpectralOptions(1e-6, 1e-9, false, false, false, 0);
            Extraction extraction = new TaskVectorExtractor(engine, options, goal)
                    .extract("org/base", base.layers(), base.checkpoint(), tuned.checkpoint(), writer, (d, t) -> {});
            writer.finish("org/base", "", extraction.fanInFanOut());
            writer.close();
            building.commit();
            return extraction;
        }
    }

    private static List<org.lowrank.analyzer.measurement.MatrixMeasurement> measure(
            ModelAnalysis model, SpectralEngine engine) throws Exception {
        return model.measure(engine, SpectralOptions.defaults(), 2, "test", Optional.empty(), (d, t, l) -> {})
                .matrices();
    }

    private static ModelAnalysis open(String reference) throws Exception {
        return ModelAnalysis.open(reference, SourceOptions.defaults().withOffline(true), LayerSelection.ALL);
    }

    private Map<String, TestTensor> write() throws IOException {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < MATRICES.size(); i++) {
            String name = MATRICES.get(i);
            long rows = name.endsWith("gate_proj") || name.endsWith("up_proj") ? F : D;
            long cols = name.endsWith("down_proj") ? F : D;
            tensors.put("model.layers.0." + name + ".weight", TestTensor.gaussian(DType.F32, List.of(rows, cols), i));
        }
        tensors.put("model.norm.weight", TestTensor.gaussian(DType.F32, List.of((long) D), 8));
        save(base(), tensors);
        return tensors;
    }

    private static Map<String, TestTensor> tunedOf(Map<String, TestTensor> base) {
        Map<String, TestTensor> tuned = new LinkedHashMap<>();
        base.forEach((name, tensor) -> tuned.put(
                name,
                tensor.shape().size() == 2
                        ? plus(
                                tensor,
                                tensor.shape().get(0).intValue(),
                                tensor.shape().get(1).intValue(),
                                RANK)
                        : tensor));
        return tuned;
    }

    /** W + Σ σ_k u_k v_kᵀ in F32: u and v are rows of Hadamard matrices, of entries ±1/√n. */
    private static TestTensor plus(TestTensor weight, int rows, int cols, int rank) {
        ByteBuffer data = ByteBuffer.wrap(weight.data()).order(ByteOrder.LITTLE_ENDIAN);
        double[] sum = new double[rows * cols];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                double change = 0;
                for (int k = 1; k <= rank; k++) {
                    int sign = Integer.bitCount(i & (k + 3)) + Integer.bitCount(j & (k + 7));
                    change += Math.pow(2, 3 - k) * (sign % 2 == 0 ? 1 : -1);
                }
                sum[i * cols + j] = data.getFloat(4 * (i * cols + j)) + change / Math.sqrt((double) rows * cols);
            }
        }
        return TestTensor.of(DType.F32, weight.shape(), sum);
    }

    private static void save(Path model, Map<String, TestTensor> tensors) throws IOException {
        Files.createDirectories(model);
        Files.write(model.resolve("model.safetensors"), SafetensorsWriter.bytes(tensors));
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\":\"llama\",\"num_hidden_layers\":1,\"num_attention_heads\":2,\"num_key_value_heads\":2}");
    }

    private static JsonNode header(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = Math.toIntExact(
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        return new ObjectMapper().readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
    }

    private Path base() {
        return directory.resolve("base");
    }

    private Path tuned() {
        return directory.resolve("tuned");
    }

    private Path adapter() {
        return directory.resolve("adapter");
    }
}
