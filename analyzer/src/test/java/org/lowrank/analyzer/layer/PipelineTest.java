package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;

/** A diffusers pipeline: model_index.json and a folder for each part. */
class PipelineTest {
    private static final String INDEX = """
            {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30.0", "requires_safety_checker": true,
             "feature_extractor": [null, null], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
             "scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
             "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
             "vae": ["diffusers", "AutoencoderKL"]}""";

    @TempDir
    Path directory;

    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    @BeforeEach
    void pipeline() throws Exception {
        Files.writeString(directory.resolve("model_index.json"), INDEX);
        String text = "text_model.encoder.layers.0.";
        put(text + "self_attn.q_proj.weight", 2, 4, 4);
        put(text + "self_attn.k_proj.weight", 3, 4, 4);
        put(text + "self_attn.v_proj.weight", 4, 4, 4);
        put(text + "self_attn.out_proj.weight", 5, 4, 4);
        put(text + "mlp.fc1.weight", 6, 8, 4);
        put(text + "mlp.fc2.weight", 7, 4, 8);
        part("text_encoder", "model", "{\"model_type\": \"clip_text_model\", \"num_hidden_layers\": 1}");
        for (String at :
                List.of("down_blocks.0.attentions.0.", "mid_block.attentions.0.", "up_blocks.1.attentions.2.")) {
            String block = at + "transformer_blocks.0.";
            attention(block + "attn1.", 6, 6, "to_out.0");
            attention(block + "attn2.", 6, 4, "to_out.0");
            put(block + "ff.net.0.proj.weight", 1, 48, 6);
            put(block + "ff.net.2.weight", 1, 6, 24);
            put(at + "proj_in.weight", 9, 6, 6, 1, 1);
        }
        part("unet", "diffusion_pytorch_model", "{\"_class_name\": \"UNet2DConditionModel\"}");
        attention("encoder.mid_block.attentions.0.", 5, 5, "to_out.0");
        attention("decoder.mid_block.attentions.0.", 5, 5, "to_out.0");
        put("encoder.conv_in.weight", 8, 5, 3, 3, 3);
        part("vae", "diffusion_pytorch_model", "{\"_class_name\": \"AutoencoderKL\"}");
    }

    @Test
    void everyFolderIsAStack() throws Exception {
        ModelOutcome outcome = analyse("", "");
        assertThat(outcome.matrices())
                .extracting(row -> row.stack() + " " + row.layer() + " " + row.matrix())
                .contains("text_encoder 0 Q", "unet 0 Q", "unet 2 cross:V", "unet 1 GATE", "vae 0 O", "vae 1 O")
                .hasSize(7 + 3 * 12 + 2 * 5); // no cross:QKV, whose parts read different widths
    }

    @Test
    void numbersAreThoseOfThePartsOwnTensors() throws Exception {
        ModelOutcome outcome = analyse("", "");
        MatrixMeasurement v = row(outcome, "text_encoder", 0, "V");
        assertThat(v.spectralNorm()).isCloseTo(4, within(1e-8)); // 4 · I by construction
        assertThat(v.frobeniusNorm()).isCloseTo(8, within(1e-12));
        assertThat(v.sourceTensors()).containsExactly("text_model.encoder.layers.0.self_attn.v_proj.weight");
        assertThat(outcome.model().provenance().files())
                .extracting(AnalysisResult.WeightFile::name)
                .containsExactly(
                        "text_encoder/model.safetensors",
                        "unet/diffusion_pytorch_model.safetensors",
                        "vae/diffusion_pytorch_model.safetensors");
        assertThat(outcome.model().architecture().modelType()).isEqualTo("StableDiffusionPipeline");
        assertThat(outcome.model().architecture().layers()).isEqualTo(1 + 3 + 2);
    }

    @Test
    void layersOfSeveralStacksOfAPartAreNumberedThrough() throws Exception {
        ModelOutcome outcome = analyse("", "");
        assertThat(row(outcome, "vae", 0, "Q").sourceTensors())
                .containsExactly("encoder.mid_block.attentions.0.to_q.weight");
        assertThat(row(outcome, "vae", 1, "Q").sourceTensors())
                .containsExactly("decoder.mid_block.attentions.0.to_q.weight");
        assertThat(messages(outcome))
                .contains("vae: its layers are numbered through: encoder from 0, decoder from 1")
                .contains(
                        "safety_checker (StableDiffusionSafetyChecker) is listed by model_index.json but has no weights"
                                + " here: it is not measured");
    }

    @Test
    void weightsBesideThePartsAreNotThePipelines() throws Exception {
        Files.write(
                directory.resolve("v1-5-pruned.safetensors"),
                SafetensorsWriter.bytes(Map.of("model.diffusion_model.a.weight", diagonal(1, 2, 2))));
        assertThat(messages(analyse("", "")))
                .contains("the parts that model_index.json lists were read, not v1-5-pruned.safetensors; name a file to"
                        + " choose it");
        assertThat(analyse("/unet", "").matrices())
                .extracting(MatrixMeasurement::stack)
                .containsOnly("unet");
    }

    @Test
    void aPartOfAnUnknownKindIsListedAndMeasuredByNameOnly() throws Exception {
        tensors.clear();
        put("blocks.1.mystery.weight", 3, 4, 6);
        part("vae", "diffusion_pytorch_model", "{\"_class_name\": \"AutoencoderMystery\"}");
        ModelOutcome outcome = analyse("", "");
        assertThat(outcome.matrices()).extracting(MatrixMeasurement::stack).doesNotContain("vae");
        assertThat(messages(outcome))
                .anyMatch(message -> message.startsWith("vae: no layer matrices: unknown architecture: "
                        + "vae/diffusion_pytorch_model.safetensors: model_type AutoencoderMystery"));
        assertThat(outcome.skipped())
                .extracting(AnalysisResult.Skipped::tensor)
                .contains("vae.blocks.1.mystery.weight");
        ModelOutcome all = analyse("", "all");
        assertThat(row(all, "other", MatrixId.NO_LAYER, "vae.blocks.1.mystery").frobeniusNorm())
                .isCloseTo(6, within(1e-12));
        assertThat(row(all, "other", MatrixId.NO_LAYER, "unet.down_blocks.0.attentions.0.proj_in")
                        .spectralNorm())
                .isCloseTo(9, within(1e-8));
    }

    @Test
    void aDamagedPartIsARefusal() throws Exception {
        Path file = directory.resolve("vae/diffusion_pytorch_model.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 8));
        assertThatThrownBy(() -> analyse("", ""))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining("vae/diffusion_pytorch_model.safetensors");
    }

    private void attention(String at, int width, int read, String out) {
        put(at + "to_q.weight", 1, width, width);
        put(at + "to_k.weight", 1, width, read);
        put(at + "to_v.weight", 1, width, read);
        put(at + out + ".weight", 1, width, width);
    }

    /** value · I, with zeros beside it. */
    private void put(String name, double value, long... shape) {
        tensors.put(name, diagonal(value, shape));
    }

    private static TestTensor diagonal(double value, long... shape) {
        long size = java.util.Arrays.stream(shape).reduce(1, Math::multiplyExact);
        double[] values = new double[(int) size];
        int cols = (int) (size / shape[0]);
        for (int i = 0; i < Math.min(shape[0], cols); i++) {
            values[i * cols + i] = value;
        }
        return TestTensor.f32(java.util.Arrays.stream(shape).boxed().toList(), values);
    }

    private void part(String folder, String file, String config) throws Exception {
        Path part = Files.createDirectories(directory.resolve(folder));
        Files.write(part.resolve(file + ".safetensors"), SafetensorsWriter.bytes(tensors));
        Files.writeString(part.resolve("config.json"), config);
        tensors.clear();
    }

    private ModelOutcome analyse(String inside, String matrices) throws Exception {
        LayerSelection selection =
                LayerSelection.parse(Optional.empty(), matrices.isEmpty() ? Optional.empty() : Optional.of(matrices));
        try (ModelAnalysis model = ModelAnalysis.open(directory + inside, SourceOptions.defaults(), selection);
                SpectralEngine engine = SpectralEngines.create()) {
            return model.measure(
                    engine, SpectralOptions.defaults(), 1, "test", Optional.empty(), (done, total, last) -> {});
        }
    }

    private static MatrixMeasurement row(ModelOutcome outcome, String stack, int layer, String matrix) {
        return outcome.matrices().stream()
                .filter(row -> row.stack().equals(stack)
                        && row.layer() == layer
                        && row.matrix().equals(matrix))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> messages(ModelOutcome outcome) {
        return outcome.warnings().stream().map(AnalysisResult.Warning::message).toList();
    }
}
