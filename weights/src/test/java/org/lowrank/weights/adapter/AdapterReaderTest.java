package org.lowrank.weights.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.GgufWriter;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/** Names, settings and scales of the adapters there are. Names are those of the formats' documentation. */
class AdapterReaderTest {
    private static final String PATH = "model.layers.0.self_attn.q_proj";
    private static final String PEFT = "base_model.model." + PATH;

    @TempDir
    Path directory;

    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();
    private final List<CheckpointReader> opened = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (CheckpointReader reader : opened) {
            reader.close();
        }
    }

    @Test
    void peftScalesByAlphaOverRank() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        Adapter adapter =
                peft("{\"peft_type\":\"LORA\",\"r\":2,\"lora_alpha\":3,\"base_model_name_or_path\":\"org/base\"}");
        AdapterTarget target = only(adapter);
        assertThat(target.path()).isEqualTo(PATH);
        assertThat(target.product().scale()).isEqualTo(1.5); // 3/2
        assertThat(target.product().rows()).isEqualTo(6);
        assertThat(target.product().cols()).isEqualTo(5);
        assertThat(target.product().rank()).isEqualTo(2);
        assertThat(adapter.base()).isEqualTo("org/base");
        assertThat(adapter.title()).isEqualTo("LoRA, PEFT, r = 2");
        assertThat(adapter.warnings()).isEmpty();
    }

    @Test
    void rankStabilisedScalesByAlphaOverTheRootOfTheRank() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 9, 4);
        assertThat(only(peft("{\"r\":4,\"lora_alpha\":3,\"use_rslora\":true}"))
                        .product()
                        .scale())
                .isEqualTo(1.5); // 3/√4
    }

    /** PEFT matches a key with the end of the path, in whole segments, as a regular expression; the first one counts. */
    @ParameterizedTest
    @CsvSource({
        "'\"q_proj\":6', 3",
        "'\"layers.0.self_attn.q_proj\":8', 4",
        "'\"layers\\\\.\\\\d+\\\\..*_proj\":10', 5",
        "'\"proj\":10', 2",
        "'\"k_proj\":10,\"q_proj\":12,\".*q_proj\":20', 6",
        "'\"[unclosed\":10', 2"
    })
    void alphaPatternsAreMatchedAtTheEndOfThePath(String pattern, double scale) throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        assertThat(only(peft("{\"r\":2,\"lora_alpha\":4,\"alpha_pattern\":{" + pattern + "}}"))
                        .product()
                        .scale())
                .isEqualTo(scale);
    }

    @Test
    void rankPatternsGiveEachModuleItsRank() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 3);
        factors(PEFT.replace("q_", "k_") + ".lora_A.weight", PEFT.replace("q_", "k_") + ".lora_B.weight", 6, 5, 2);
        Adapter adapter = peft("{\"r\":2,\"lora_alpha\":6,\"rank_pattern\":{\"q_proj\":3}}");
        assertThat(adapter.targets()).extracting(t -> t.product().scale()).containsExactly(3.0, 2.0);
        assertThat(adapter.title()).isEqualTo("LoRA, PEFT, r = 2, 3");
    }

    @Test
    void aPatternMadeToTakeForEverIsStopped() throws Exception {
        String module = "base_model.model." + "a".repeat(60);
        factors(module + ".lora_A.weight", module + ".lora_B.weight", 6, 5, 2);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> peft("{\"r\":2,\"alpha_pattern\":{\"(a|aa)+\\\\1b\":1}}"))
                        .isInstanceOf(MalformedWeightsException.class)
                        .hasMessage(
                                "bad adapter settings: adapter_config.json: the pattern (a|aa)+\\1b takes too long to match;"
                                        + " mend the file"));
    }

    @Test
    void whatIsNoFactorHasAReasonOrReplacesAWeight() throws Exception {
        factors(PEFT + ".lora_A.default.weight", PEFT + ".lora_B.default.weight", 6, 5, 2);
        tensors.put(PEFT + ".lora_B.bias", TestTensor.f32(List.of(6L), 0, 0, 0, 0, 0, 0));
        tensors.put(PEFT + ".base_layer.bias", TestTensor.f32(List.of(6L), 0, 0, 0, 0, 0, 0));
        tensors.put("base_model.model.classifier.modules_to_save.weight", TestTensor.f32(List.of(1L, 2L), 1, 2));
        tensors.put("base_model.model.score.weight", TestTensor.f32(List.of(1L, 2L), 1, 2));
        Adapter adapter = peft("{\"r\":2,\"lora_alpha\":2,\"modules_to_save\":[\"classifier\"]}");
        assertThat(adapter.targets()).hasSize(1);
        assertThat(adapter.saved())
                .extracting(Adapter.Saved::name)
                .containsExactly("classifier.weight", "score.weight");
        assertThat(adapter.others()).extracting(Adapter.Other::reason).containsExactly("bias", "bias");
    }

    /** PEFT, Embedding.get_delta_weight: the transpose of B A, since an embedding's weight is [rows, dimension]. */
    @Test
    void anEmbeddingsProductIsTurned() throws Exception {
        factors("base_model.model.embed.lora_embedding_A", "base_model.model.embed.lora_embedding_B", 4, 9, 2);
        Product product = only(peft("{\"r\":2,\"lora_alpha\":2}")).product();
        assertThat(product.rows()).isEqualTo(9);
        assertThat(product.cols()).isEqualTo(4);
        assertThat(entry(product.b(), 3, 1)).isEqualTo(entry(tensor("base_model.model.embed.lora_embedding_A"), 1, 3));
    }

    @Test
    void magnitudesMakeItDora() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        tensors.put(PEFT + ".lora_magnitude_vector", TestTensor.f32(List.of(6L), 1, 1, 1, 1, 1, 1));
        Adapter adapter = peft("{\"r\":2,\"lora_alpha\":2,\"use_dora\":true}");
        assertThat(only(adapter).magnitude()).isPresent();
        assertThat(adapter.rescales()).isTrue();
        assertThat(adapter.title()).startsWith("DoRA, PEFT");
        assertThat(adapter.warnings()).singleElement().asString().contains("s·B·A, before that");
    }

    /**
     * PEFT, ParamWrapper.get_delta_weight: A as (E, r, in), B as (out, r, E); einsum "o r e, e r i". The inner wrapper is of
     * the parameter declared first.
     */
    @Test
    void expertParametersAreSplitAsPeftDoes() throws Exception {
        String experts = "base_model.model.model.layers.1.mlp.experts";
        factors(experts + ".base_layer.lora_A.weight", experts + ".base_layer.lora_B.weight", 8, 5, 6); // gate_up
        factors(experts + ".lora_A.weight", experts + ".lora_B.weight", 5, 4, 6); // down
        Adapter adapter = peft("{\"r\":2,\"lora_alpha\":4,\"target_modules\":[],"
                + "\"target_parameters\":[\"mlp.experts.down_proj\",\"mlp.experts.gate_up_proj\"]}");
        assertThat(adapter.targets()).hasSize(6);
        AdapterTarget second = adapter.targets().stream()
                .filter(target -> target.path().endsWith("gate_up_proj") && target.expert() == 1)
                .findFirst()
                .orElseThrow();
        assertThat(second.path()).isEqualTo("model.layers.1.mlp.experts.gate_up_proj");
        assertThat(second.product().scale()).isEqualTo(2);
        Factor allB = tensor(experts + ".base_layer.lora_B.weight");
        Factor allA = tensor(experts + ".base_layer.lora_A.weight");
        for (int rank = 0; rank < 2; rank++) {
            assertThat(entry(second.product().b(), 7, rank)).isEqualTo(entry(allB, 7, rank * 3 + 1));
            assertThat(entry(second.product().a(), rank, 4)).isEqualTo(entry(allA, 1 * 2 + rank, 4));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_down_blocks_0_attentions_1_transformer_blocks_0_attn1_to_q, "
                + "unet.down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q",
        "lora_te_text_model_encoder_layers_3_self_attn_q_proj, text_encoder.text_model.encoder.layers.3.self_attn.q_proj",
        "lora_te2_text_model_encoder_layers_11_mlp_fc1, text_encoder_2.text_model.encoder.layers.11.mlp.fc1",
        "lora_unet_double_blocks_7_img_attn_qkv, unet.double_blocks.7.img_attn.qkv",
        "lora_unet_mid_block_attentions_0_proj_in, unet.mid_block.attentions.0.proj_in",
        "lora_unet_input_blocks_4_1_transformer_blocks_1_ff_net_0_proj, "
                + "unet.input_blocks.4.1.transformer_blocks.1.ff.net.0.proj"
    })
    void kohyasUnderscoresBecomeDots(String flat, String path) throws Exception {
        factors(flat + ".lora_down.weight", flat + ".lora_up.weight", 6, 5, 2);
        tensors.put(flat + ".alpha", TestTensor.f32(List.of(), 1));
        AdapterTarget target = only(read());
        assertThat(target.path()).isEqualTo(path);
        assertThat(target.product().scale()).isEqualTo(0.5); // α/r = 1/2
    }

    @Test
    void convolutionsAreReshaped() throws Exception {
        tensors.put("lora_unet_conv_in.lora_down.weight", TestTensor.gaussian(DType.F16, List.of(2L, 4L, 3L, 3L), 1));
        tensors.put("lora_unet_conv_in.lora_up.weight", TestTensor.gaussian(DType.F16, List.of(7L, 2L, 1L, 1L), 2));
        Adapter adapter = read();
        assertThat(only(adapter).product().rows()).isEqualTo(7);
        assertThat(only(adapter).product().cols()).isEqualTo(4 * 3 * 3);
        assertThat(only(adapter).product().scale()).isEqualTo(1);
        assertThat(adapter.warnings()).singleElement().asString().startsWith("no α is given: s = 1");
    }

    @ParameterizedTest
    @CsvSource({
        "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora, "
                + "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q",
        "unet.up_blocks.1.attentions.0.transformer_blocks.0.attn2.processor.to_out_lora, "
                + "unet.up_blocks.1.attentions.0.transformer_blocks.0.attn2.to_out.0",
        "text_encoder.text_model.encoder.layers.0.self_attn.to_v_lora, "
                + "text_encoder.text_model.encoder.layers.0.self_attn.v_proj",
        "text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer, "
                + "text_encoder.text_model.encoder.layers.0.mlp.fc1",
        "unet.mid_block.attentions.0.proj_in.lora, unet.mid_block.attentions.0.proj_in"
    })
    void diffusersNamesLeadToTheModule(String stem, String path) throws Exception {
        factors(stem + ".down.weight", stem + ".up.weight", 6, 5, 2);
        assertThat(only(read()).path()).isEqualTo(path);
    }

    @Test
    void diffusersInPeftNamesNeedNoSettings() throws Exception {
        factors(
                "transformer.blocks.0.attn.to_q.lora_A.weight",
                "transformer.blocks.0.attn.to_q.lora_B.weight",
                6,
                5,
                2);
        tensors.put("transformer.blocks.0.attn.to_q.alpha", TestTensor.f32(List.of(), 8));
        assertThat(only(read()).product().scale()).isEqualTo(4);
    }

    /** llama.cpp: the scale is α/r, and 1 where α is absent or 0; token_embd has its factors the other way round. */
    @Test
    void ggufAdaptersHaveOneAlpha() throws Exception {
        factors("blk.0.attn_q.weight.lora_a", "blk.0.attn_q.weight.lora_b", 6, 5, 2);
        tensors.put("token_embd.weight.lora_a", TestTensor.gaussian(DType.F32, List.of(11L, 2L), 5));
        tensors.put("token_embd.weight.lora_b", TestTensor.gaussian(DType.F32, List.of(5L, 2L), 6));
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("general.architecture", "llama");
        metadata.put("general.type", "adapter");
        metadata.put("adapter.type", "lora");
        metadata.put("adapter.lora.alpha", 16f);
        Files.write(directory.resolve("adapter.gguf"), GgufWriter.bytes(tensors, metadata));
        Adapter adapter = open();
        assertThat(adapter.title()).isEqualTo("LoRA, GGUF, r = 2");
        assertThat(adapter.targets().get(0).path()).isEqualTo("blk.0.attn_q.weight");
        assertThat(adapter.targets().get(0).product().scale()).isEqualTo(8);
        Product embedding = adapter.targets().get(1).product();
        assertThat(embedding.rows()).isEqualTo(11);
        assertThat(embedding.cols()).isEqualTo(5);
        metadata.put("adapter.lora.alpha", 0f);
        Files.write(directory.resolve("adapter.gguf"), GgufWriter.bytes(tensors, metadata));
        assertThat(open().targets().get(0).product().scale()).isEqualTo(1);
    }

    /** mlx-lm, LoRALinear: y + scale · ((x A) B), so that ΔW = scale · (A B)ᵀ. */
    @Test
    void mlxStoresTheFactorsTurned() throws Exception {
        tensors.put(PATH + ".lora_a", TestTensor.gaussian(DType.F32, List.of(5L, 2L), 5));
        tensors.put(PATH + ".lora_b", TestTensor.gaussian(DType.F32, List.of(2L, 6L), 6));
        Adapter adapter = peft("{\"fine_tune_type\":\"lora\",\"lora_parameters\":{\"rank\":2,\"scale\":20.0}}");
        assertThat(only(adapter).product().rows()).isEqualTo(6);
        assertThat(only(adapter).product().cols()).isEqualTo(5);
        assertThat(only(adapter).product().scale()).isEqualTo(20);
        assertThat(entry(only(adapter).product().b(), 4, 1)).isEqualTo(entry(tensor(PATH + ".lora_b"), 1, 4));
    }

    @Test
    void rowsOfAFactorAreTheSameTurnedOrNot() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        Product product = only(peft("{\"r\":2}")).product();
        assertThat(product.scale()).isCloseTo(4, within(0.0)); // PEFT's default α is 8
        assertThat(entry(product.b().rows(3, 2), 1, 1)).isEqualTo(entry(product.b(), 4, 1));
        assertThat(entry(product.a().turned().rows(3, 2), 1, 1)).isEqualTo(entry(product.a(), 1, 4));
    }

    @Test
    void whatIsNotReadIsRefusedByName() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        refused("{\"peft_type\":\"ADALORA\"}", "adapter of another kind: adapter_config.json: peft_type ADALORA");
        refused("{\"use_qalora\":true}", "adapter of another kind: adapter_config.json: QALoRA (use_qalora)");
        refused(
                "{\"r\":3}",
                "rank does not fit: adapter_model.safetensors: the factors of " + PATH
                        + " have rank 2, adapter_config.json says 3;");
        refused("{\"r\":0}", "bad adapter settings: adapter_config.json: r of " + PATH + " is 0;");
        refused("{\"r\":2,\"lora_alpha\":\"many\"}", "bad adapter settings: adapter_config.json: lora_alpha of");
        refused("[1]", "bad adapter settings: adapter_config.json: it holds no object of settings;");
        refused("{", "bad adapter settings: adapter_config.json: Unexpected end-of-input");
        Files.delete(directory.resolve("adapter_config.json"));
        assertThatThrownBy(this::open)
                .hasMessageStartingWith("no settings: adapter_model.safetensors: PEFT keeps α and r");
    }

    @Test
    void incompleteFactorsAreRefused() throws Exception {
        factors(PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", 6, 5, 2);
        TestTensor b = tensors.remove(PEFT + ".lora_B.weight");
        refused("{\"r\":2}", "missing factor: adapter_model.safetensors: " + PEFT + " has A but no B;");
        tensors.put(PEFT + ".lora_B.weight", TestTensor.gaussian(DType.F32, List.of(6L, 3L), 1));
        refused("{\"r\":2}", "factors do not fit: adapter_model.safetensors: " + PEFT + ".lora_A.weight [2, 5] and");
        tensors.put(PEFT + ".lora_B.weight", TestTensor.gaussian(DType.F32, List.of(6L), 1));
        refused("{\"r\":2}", "no factor: adapter_model.safetensors: " + PEFT + ".lora_B.weight has shape [6];");
        tensors.put(PEFT + ".lora_B.weight", b);
        tensors.put("x.lora_mid.weight", b);
        refused("{\"r\":2}", "adapter of another kind: adapter_model.safetensors: x has a third factor (lora_mid);");
    }

    @Test
    void aModelWithAnAdapterInItIsNoAdapter() throws Exception {
        factors(PATH + ".lora_A.weight", PATH + ".lora_B.weight", 6, 5, 2);
        assertThat(AdapterReader.isAdapter(checkpoint())).isTrue();
        tensors.put(PATH + ".base_layer.weight", TestTensor.gaussian(DType.F32, List.of(6L, 5L), 1));
        assertThat(AdapterReader.isAdapter(checkpoint())).isFalse();
    }

    private void refused(String settings, String message) {
        assertThatThrownBy(() -> peft(settings))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(message);
    }

    private void factors(String a, String b, long out, long in, long rank) {
        tensors.put(a, TestTensor.gaussian(DType.F32, List.of(rank, in), tensors.size()));
        tensors.put(b, TestTensor.gaussian(DType.F32, List.of(out, rank), tensors.size()));
    }

    private Adapter peft(String settings) throws IOException, ModelNotFoundException {
        Files.write(directory.resolve("adapter_config.json"), settings.getBytes(StandardCharsets.UTF_8));
        return read();
    }

    private Adapter read() throws IOException, ModelNotFoundException {
        Files.write(directory.resolve("adapter_model.safetensors"), SafetensorsWriter.bytes(tensors));
        return open();
    }

    private Adapter open() throws IOException, ModelNotFoundException {
        LocalFiles files = LocalFiles.of(directory);
        CheckpointReader reader = new CheckpointReader(files);
        opened.add(reader);
        return AdapterReader.read(files, reader.read());
    }

    private Checkpoint checkpoint() throws IOException, ModelNotFoundException {
        Files.write(directory.resolve("adapter_model.safetensors"), SafetensorsWriter.bytes(tensors));
        CheckpointReader reader = new CheckpointReader(LocalFiles.of(directory));
        opened.add(reader);
        return reader.read();
    }

    private static AdapterTarget only(Adapter adapter) {
        assertThat(adapter.targets()).hasSize(1);
        return adapter.targets().get(0);
    }

    private Factor tensor(String name) throws IOException, ModelNotFoundException {
        Tensor tensor = checkpoint().tensors().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
        return new Factor(
                tensor,
                Tensor.View.contiguous(tensor.shape().get(0), tensor.shape().get(1)),
                false);
    }

    /** Element (i, j) of a factor, read through a new opening of the file. */
    private static double entry(Factor factor, int i, int j) throws IOException {
        try (Tensor.Values values = factor.tensor().open()) {
            List<StridedBlock> blocks = values.matrix(factor.view());
            return factor.transposed() ? blocks.get(0).get(j, i) : blocks.get(0).get(i, j);
        }
    }
}
