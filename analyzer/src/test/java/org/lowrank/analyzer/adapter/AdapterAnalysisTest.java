package org.lowrank.analyzer.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/**
 * Adapters from their files to rows. Expected numbers are numpy 2.4.6's, of the formed matrices in double:
 * {@code numpy.linalg.svd(1.5 * B @ A)} and the like, with {@link #matrix} as {@code ((i*a + j*b) % m - o) / 16}.
 */
class AdapterAnalysisTest {
    private static final String PATH = "model.layers.0.self_attn.q_proj";
    private static final String SETTINGS = "{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":3}";

    @TempDir
    Path directory;

    private final Map<String, TestTensor> factors = new LinkedHashMap<>();
    private final Map<String, TestTensor> weights = new LinkedHashMap<>();

    /** Beside routed experts, whether the adapter changes those too or not. */
    @Test
    void sharedExpertsAreCalledSo() throws Exception {
        peft("model.layers.1.mlp.shared_experts.up_proj", matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        peft("model.layers.1.mlp.shared_experts.down_proj", matrix(10, 2, 3, 4, 7, 3), matrix(2, 12, 5, 3, 13, 6));
        assertThat(analyse(adapter(SETTINGS).toString(), LayerSelection.ALL).matrices())
                .extracting(row -> row.layer() + " " + row.matrix())
                .containsExactly("1 M1:shared", "1 M2:shared");
    }

    /** Two text encoders and the three kinds of blocks of a U-Net in its original names: no two rows are the same matrix. */
    @Test
    void partsOfAPipelineAreToldApart() throws Exception {
        for (String module : List.of(
                "unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q",
                "unet_middle_block_1_transformer_blocks_0_attn1_to_q",
                "unet_output_blocks_3_1_transformer_blocks_0_attn1_to_q",
                "te1_text_model_encoder_layers_0_self_attn_q_proj",
                "te2_text_model_encoder_layers_0_self_attn_q_proj")) {
            factors.put(
                    "lora_" + module + ".lora_up.weight", TestTensor.f32(List.of(12L, 2L), matrix(12, 2, 3, 4, 7, 3)));
            factors.put(
                    "lora_" + module + ".lora_down.weight",
                    TestTensor.f32(List.of(2L, 12L), matrix(2, 12, 5, 3, 13, 6)));
        }
        assertThat(analyse(adapter("").toString(), LayerSelection.ALL).matrices())
                .extracting(row -> row.stack() + " " + row.layer() + " " + row.matrix())
                .containsExactly("text_encoder 0 Q", "text_encoder_2 0 Q", "unet 0 Q", "unet 1 Q", "unet 2 Q");
    }

    @Test
    void aProductIsMeasuredFromItsFactors() throws Exception {
        peft(PATH, matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        ModelOutcome outcome = analyse(adapter(SETTINGS).toString(), LayerSelection.ALL);
        MatrixMeasurement row = only(outcome);
        assertThat(row.stack()).isEqualTo("decoder");
        assertThat(row.layer()).isZero();
        assertThat(row.matrix()).isEqualTo("Q");
        assertThat(row.rows()).isEqualTo(12);
        assertThat(row.cols()).isEqualTo(10);
        assertThat(row.dtype()).isEqualTo("F32");
        assertThat(row.sourceTensors())
                .containsExactly(
                        "base_model.model." + PATH + ".lora_B.weight", "base_model.model." + PATH + ".lora_A.weight");
        assertThat(row.frobeniusNorm()).isCloseTo(0.7582628937029668, within(1e-14));
        assertThat(row.spectralNorm()).isCloseTo(0.7092214981024285, within(1e-14));
        Spectrum spectrum = Objects.requireNonNull(row.spectrum());
        assertThat(spectrum.singularValues()[1]).isCloseTo(0.2682675578524984, within(1e-14));
        assertThat(spectrum.effectiveRank()).isCloseTo(1.7997190295473031, within(1e-13));
        assertThat(spectrum.rank90()).isEqualTo(2); // 0.709²/0.758² = 87.5 %
        assertThat(outcome.model().architecture().modelType()).isEqualTo("LoRA, PEFT, r = 2");
        assertThat(outcome.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo("rank-use");
            // 1.79972 of r = 2
            assertThat(finding.numbers().get("effective_rank_share")).isCloseTo(0.89986, within(1e-5));
            assertThat(finding.numbers()).containsKey("null_effective_rank_share");
        });
    }

    @Test
    void aTargetWithoutARoleIsNamedByItsPath() throws Exception {
        tensor(factors, "lora_unet_conv_in.lora_up.weight", List.of(6L, 2L, 1L, 1L), matrix(6, 2, 3, 4, 7, 3));
        tensor(factors, "lora_unet_conv_in.lora_down.weight", List.of(2L, 2L, 3L, 3L), matrix(2, 18, 5, 3, 13, 6));
        factors.put("lora_unet_conv_in.alpha", TestTensor.f32(List.of(), 1));
        MatrixMeasurement row = only(analyse(adapter("").toString(), LayerSelection.ALL));
        assertThat(row.stack()).isEqualTo("other");
        assertThat(row.row().layer()).isNull();
        assertThat(row.matrix()).isEqualTo("unet.conv_in");
        assertThat(row.rows()).isEqualTo(6);
        assertThat(row.cols()).isEqualTo(18);
        assertThat(row.spectralNorm()).isCloseTo(0.22803973039386385, within(1e-14));
    }

    @Test
    void aMergedWeightIsTheSum() throws Exception {
        llama("F32", matrix(12, 10, 7, 5, 11, 5));
        peft(PATH, matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        ModelOutcome outcome = analyse(base() + "+" + adapter(SETTINGS), q());
        MatrixMeasurement row = only(outcome);
        assertThat(row.model()).isEqualTo("base+adapter");
        assertThat(row.frobeniusNorm()).isCloseTo(2.312449686688728, within(1e-13));
        assertThat(row.spectralNorm()).isCloseTo(1.3212254366696472, within(1e-9));
        assertThat(row.sourceTensors())
                .containsExactly(
                        PATH + ".weight",
                        "base_model.model." + PATH + ".lora_B.weight",
                        "base_model.model." + PATH + ".lora_A.weight");
        assertThat(outcome.model().provenance().files())
                .extracting(file -> file.name())
                .containsExactly("model.safetensors", "adapter:adapter_model.safetensors");
    }

    /** bitsandbytes' 8 bits, W = code · SCB/127: the same weights as above from codes 16 W and SCB = 127/16. */
    @Test
    void aQuantisedBaseIsMergedAsDequantised() throws Exception {
        llama("F32", matrix(12, 10, 7, 5, 11, 5));
        double[] codes = matrix(12, 10, 7, 5, 11, 5);
        for (int i = 0; i < codes.length; i++) {
            codes[i] *= 16;
        }
        double[] factor = new double[12];
        java.util.Arrays.fill(factor, 127 / 16.0);
        weights.put(PATH + ".weight", TestTensor.of(DType.I8, List.of(12L, 10L), codes));
        weights.put(PATH + ".SCB", TestTensor.of(DType.F32, List.of(12L), factor));
        write("{\"model_type\":\"llama\",\"num_hidden_layers\":1,\"num_attention_heads\":2,\"num_key_value_heads\":2,"
                + "\"quantization_config\":{\"quant_method\":\"bitsandbytes\",\"load_in_8bit\":true}}");
        peft(PATH, matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        MatrixMeasurement row = only(analyse(base() + "+" + adapter(SETTINGS), q()));
        assertThat(row.frobeniusNorm()).isCloseTo(2.312449686688728, within(1e-6)); // decoded in single precision
        assertThat(row.dtype()).isEqualTo("I8+F32");
    }

    /** Liu et al. 2024: W' = m (W + s·B·A)/‖W + s·B·A‖, row by row. */
    @Test
    void doraRescalesTheRowsOfTheMergedWeight() throws Exception {
        llama("F32", matrix(12, 10, 7, 5, 11, 5));
        peft(PATH, matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        double[] magnitude = new double[12];
        for (int i = 0; i < magnitude.length; i++) {
            magnitude[i] = (1 + i) / 8.0;
        }
        factors.put(
                "base_model.model." + PATH + ".lora_magnitude_vector",
                TestTensor.of(DType.F32, List.of(12L), magnitude));
        Path adapter = adapter(SETTINGS);
        MatrixMeasurement row = only(analyse(base() + "+" + adapter, q()));
        assertThat(row.frobeniusNorm()).isCloseTo(3.1868871959954905, within(1e-12));
        assertThat(row.spectralNorm()).isCloseTo(2.19908662955935, within(1e-8));
        ModelOutcome alone = analyse(adapter.toString(), LayerSelection.ALL);
        assertThat(only(alone).frobeniusNorm()).isCloseTo(0.7582628937029668, within(1e-14));
        assertThat(alone.warnings())
                .anySatisfy(warning -> assertThat(warning.message()).contains("DoRA", "needs the base model"));
    }

    /** GPT-2 stores [in, out]; its c_proj is square, so that only fan_in_fan_out tells. */
    @Test
    void squareWeightsStoredTurnedAreToldByFanInFanOut() throws Exception {
        String path = "transformer.h.0.attn.c_proj";
        gpt2(matrix(10, 10, 7, 5, 11, 5));
        peft(path, matrix(10, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        LayerSelection o = LayerSelection.parse(Optional.empty(), Optional.of("O"));
        String settings = "{\"r\":2,\"lora_alpha\":3,\"fan_in_fan_out\":";
        MatrixMeasurement turned = only(analyse(base() + "+" + adapter(settings + "true}"), o));
        assertThat(turned.frobeniusNorm()).isCloseTo(2.024477893726553, within(1e-13)); // S.T + ΔW
        MatrixMeasurement asIs = only(analyse(base() + "+" + adapter(settings + "false}"), o));
        assertThat(asIs.frobeniusNorm()).isCloseTo(2.102390055463662, within(1e-13)); // S + ΔW
    }

    @Test
    void anAdapterOfAnotherModelIsRefused() throws Exception {
        llama("F32", matrix(12, 10, 7, 5, 11, 5));
        peft(PATH, matrix(11, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        assertThatThrownBy(() -> analyse(base() + "+" + adapter(SETTINGS), q()))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "adapter of another model: " + PATH + ".weight in model.safetensors: shape [12, 10], but the"
                                + " adapter's product is 11 x 10; give the base it was made for");
        factors.clear();
        peft("model.layers.7.self_attn.q_proj", matrix(12, 2, 3, 4, 7, 3), matrix(2, 10, 5, 3, 13, 6));
        String named = SETTINGS.replace("{", "{\"base_model_name_or_path\":\"org/other\",");
        assertThatThrownBy(() -> analyse(base() + "+" + adapter(named), q()))
                .hasMessage(
                        "adapter of another model: 1 of 1 targets are not in the base: model.layers.7.self_attn.q_proj;"
                                + " the adapter names org/other as its base; give the base it was made for");
    }

    @Test
    void notANumberIsNamedByItsFactor() throws Exception {
        double[] a = matrix(2, 10, 5, 3, 13, 6);
        a[13] = Double.NaN;
        peft(PATH, matrix(12, 2, 3, 4, 7, 3), a);
        assertThatThrownBy(() -> analyse(adapter(SETTINGS).toString(), LayerSelection.ALL))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("non-finite weight: base_model.model." + PATH
                        + ".lora_A.weight in adapter_model.safetensors: a weight is NaN at row 1, column 3 of");
    }

    /**
     * Llama 7B: 32 layers, 7 targets each, r = 64, 160 million weights in F16. 2 s on two threads are 4 s of processor time;
     * that is what is bounded, since other programs may run here.
     */
    @Test
    void sevenBillionIsAMatterOfSeconds() throws Exception {
        Path adapter = Files.createDirectories(directory.resolve("llama-7b"));
        Files.writeString(
                adapter.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\",\"r\":64,\"lora_alpha\":16}");
        writeLlama7b(adapter.resolve("adapter_model.safetensors"));
        ModelOutcome first = analyse(adapter.toString(), LayerSelection.ALL); // compiled now
        long before = processorTime();
        ModelOutcome outcome = analyse(adapter.toString(), LayerSelection.ALL);
        double seconds = (processorTime() - before) / 1e9;
        assertThat(outcome.matrices())
                .hasSize(224)
                .extracting(MatrixMeasurement::spectralNorm)
                .containsExactlyElementsOf(first.matrices().stream()
                        .map(MatrixMeasurement::spectralNorm)
                        .toList());
        assertThat(outcome.matrices())
                .extracting(MatrixMeasurement::matrix)
                .containsOnly("Q", "K", "V", "O", "M1", "M2", "GATE");
        System.getLogger(getClass().getName())
                .log(
                        System.Logger.Level.INFO,
                        "224 products: {0} s of processor time, {1} s measuring",
                        seconds,
                        outcome.model().secondsPerPhase().get("measure"));
        assertThat(seconds).isLessThan(4);
    }

    private static long processorTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static void writeLlama7b(Path file) throws IOException {
        StringBuilder json = new StringBuilder("{");
        long end = 0;
        for (int layer = 0; layer < 32; layer++) {
            for (String target : List.of("q", "k", "v", "o", "gate", "up", "down")) {
                boolean mlp = target.length() > 1;
                long out = mlp && !target.equals("down") ? 11008 : 4096;
                long in = target.equals("down") ? 11008 : 4096;
                String path =
                        "base_model.model.model.layers." + layer + (mlp ? ".mlp." : ".self_attn.") + target + "_proj";
                for (boolean b : new boolean[] {false, true}) {
                    long rows = b ? out : 64;
                    long cols = b ? 64 : in;
                    json.append(json.length() > 1 ? "," : "")
                            .append(SafetensorsWriter.entry(
                                    path + (b ? ".lora_B.weight" : ".lora_A.weight"),
                                    "F16",
                                    List.of(rows, cols),
                                    end,
                                    end + 2 * rows * cols));
                    end += 2 * rows * cols;
                }
            }
        }
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer some = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        while (some.hasRemaining()) {
            some.putShort(
                    (short) (0x2000 | random.nextInt(0x0fff) | random.nextInt(2) << 15)); // 2⁻⁷ to 2⁻⁴, both signs
        }
        byte[] header = json.append('}').toString().getBytes(StandardCharsets.UTF_8);
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length)
                    .array());
            out.write(header);
            for (long left = end; left > 0; ) {
                int shift = 2 * random.nextInt(1 << 18); // chunks are not each other's copies
                int count = (int) Math.min(left, some.capacity() - shift);
                out.write(some.array(), shift, count);
                left -= count;
            }
        }
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

    private void peft(String path, double[] b, double[] a) {
        long rank = 2;
        tensor(factors, "base_model.model." + path + ".lora_A.weight", List.of(rank, a.length / rank), a);
        tensor(factors, "base_model.model." + path + ".lora_B.weight", List.of(b.length / rank, rank), b);
    }

    private static void tensor(Map<String, TestTensor> to, String name, List<Long> shape, double[] values) {
        to.put(name, TestTensor.of(DType.F32, shape, values));
    }

    /** One layer of model dimension 10, with 12 rows of queries in 2 heads. */
    private void llama(String type, double[] q) throws IOException {
        weights.clear();
        String at = "model.layers.0.";
        tensor(weights, at + "self_attn.q_proj.weight", List.of(12L, 10L), q);
        for (String name : List.of("self_attn.k_proj", "self_attn.v_proj")) {
            weights.put(at + name + ".weight", TestTensor.gaussian(DType.valueOf(type), List.of(12L, 10L), 1));
        }
        weights.put(at + "self_attn.o_proj.weight", TestTensor.gaussian(DType.F32, List.of(10L, 12L), 2));
        weights.put(at + "mlp.gate_proj.weight", TestTensor.gaussian(DType.F32, List.of(14L, 10L), 3));
        weights.put(at + "mlp.up_proj.weight", TestTensor.gaussian(DType.F32, List.of(14L, 10L), 4));
        weights.put(at + "mlp.down_proj.weight", TestTensor.gaussian(DType.F32, List.of(10L, 14L), 5));
        write("{\"model_type\":\"llama\",\"num_hidden_layers\":1,\"num_attention_heads\":2,\"num_key_value_heads\":2}");
    }

    private void gpt2(double[] projection) throws IOException {
        weights.clear();
        String at = "transformer.h.0.";
        weights.put(at + "attn.c_attn.weight", TestTensor.gaussian(DType.F32, List.of(10L, 30L), 1));
        tensor(weights, at + "attn.c_proj.weight", List.of(10L, 10L), projection);
        weights.put(at + "mlp.c_fc.weight", TestTensor.gaussian(DType.F32, List.of(10L, 40L), 2));
        weights.put(at + "mlp.c_proj.weight", TestTensor.gaussian(DType.F32, List.of(40L, 10L), 3));
        write("{\"model_type\":\"gpt2\",\"n_layer\":1,\"n_head\":2}");
    }

    private void write(String config) throws IOException {
        Path base = Files.createDirectories(base());
        Files.write(base.resolve("model.safetensors"), SafetensorsWriter.bytes(weights));
        Files.writeString(base.resolve("config.json"), config);
    }

    private Path base() {
        return directory.resolve("base");
    }

    private Path adapter(String settings) throws IOException {
        Path adapter = Files.createDirectories(directory.resolve("adapter"));
        Files.write(adapter.resolve("adapter_model.safetensors"), SafetensorsWriter.bytes(factors));
        if (!settings.isEmpty()) {
            Files.writeString(adapter.resolve("adapter_config.json"), settings);
        }
        return adapter;
    }

    private static LayerSelection q() {
        return LayerSelection.parse(Optional.empty(), Optional.of("Q"));
    }

    private static ModelOutcome analyse(String reference, LayerSelection selection)
            throws IOException, InterruptedException, ModelNotFoundException {
        try (SpectralEngine engine = SpectralEngines.create();
                ModelAnalysis analysis =
                        ModelAnalysis.open(reference, SourceOptions.defaults().withOffline(true), selection)) {
            return analysis.measure(
                    engine, SpectralOptions.defaults(), 2, "test", Optional.empty(), (done, total, last) -> {});
        }
    }

    private static MatrixMeasurement only(ModelOutcome outcome) {
        assertThat(outcome.matrices()).hasSize(1);
        return outcome.matrices().get(0);
    }
}
