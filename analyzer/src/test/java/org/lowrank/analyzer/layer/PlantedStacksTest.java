package org.lowrank.analyzer.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lowrank.analyzer.layer.Fused.stack;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;

/** Known spectra in models of several stacks. */
class PlantedStacksTest extends PlantedContract {
    /** A stack's attention and feed-forward matrices under these names; inner is heads × head dimension. */
    private void layer(String stack, String mark, String path, int d, int inner, String... names) {
        put(path + names[0] + ".weight", planted.matrix(0, stack + " " + mark + "Q", inner, d));
        put(path + names[1] + ".weight", planted.matrix(0, stack + " " + mark + "K", inner, d));
        put(path + names[2] + ".weight", planted.matrix(0, stack + " " + mark + "V", inner, d));
        put(path + names[3] + ".weight", planted.matrix(0, stack + " " + mark + "O", d, inner));
    }

    private void feedForward(String stack, String path, int d, int f, String up, String down) {
        put(path + up + ".weight", planted.matrix(0, stack + " M1", f, d));
        put(path + down + ".weight", planted.matrix(0, stack + " M2", d, f));
    }

    private ModelOutcome safetensors(String config) throws Exception {
        Files.writeString(directory.resolve("config.json"), config);
        CheckpointWriters.write(Format.SAFETENSORS, directory, tensors);
        return analyze(directory);
    }

    @Test
    void bothStacksOfT5ReturnTheirSpectra() throws Exception {
        String[] names = {"q", "k", "v", "o"};
        for (String stack : List.of("encoder", "decoder")) {
            String at = stack + ".block.0.layer.";
            layer(stack, "", at + "0.SelfAttention.", D, 32, names); // 4 heads of 8: inner 32, d 24
            if (stack.equals("decoder")) {
                layer(stack, "cross:", at + "1.EncDecAttention.", D, 32, names);
            }
            String feed = at + (stack.equals("decoder") ? 2 : 1) + ".DenseReluDense.";
            feedForward(stack, feed, D, F, "wi_1", "wo");
            put(feed + "wi_0.weight", planted.matrix(0, stack + " GATE", F, D));
        }
        put("shared.weight", new double[61][D]);
        ModelOutcome outcome = safetensors("{\"model_type\": \"t5\", \"num_layers\": 1,"
                + " \"num_decoder_layers\": 1, \"num_heads\": 4, \"d_kv\": 8, \"d_model\": 24}");
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(8 + 13);
    }

    @Test
    void bothStacksOfWhisperReturnTheirSpectra() throws Exception {
        for (String stack : List.of("encoder", "decoder")) {
            String at = "model." + stack + ".layers.0.";
            layer(stack, "", at + "self_attn.", D, D, "q_proj", "k_proj", "v_proj", "out_proj");
            if (stack.equals("decoder")) {
                layer(stack, "cross:", at + "encoder_attn.", D, D, "q_proj", "k_proj", "v_proj", "out_proj");
            }
            feedForward(stack, at, D, F, "fc1", "fc2");
            put("model." + stack + ".embed_positions.weight", new double[61][D]);
        }
        put("model.encoder.conv1.weight", new double[D][80]);
        ModelOutcome outcome = safetensors("{\"model_type\": \"whisper\", \"encoder_layers\": 1,"
                + " \"decoder_layers\": 1, \"encoder_attention_heads\": 4, \"decoder_attention_heads\": 4}");
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(7 + 12);
        assertThat(outcome.skipped())
                .extracting(AnalysisResult.Skipped::reason)
                .containsExactlyInAnyOrder("convolution", "embedding", "embedding");
    }

    @Test
    void textAndVisionOfClipReturnTheirSpectra() throws Exception {
        layer("text", "", "text_model.encoder.layers.0.self_attn.", D, D, "q_proj", "k_proj", "v_proj", "out_proj");
        feedForward("text", "text_model.encoder.layers.0.mlp.", D, F, "fc1", "fc2");
        layer(
                "vision",
                "",
                "vision_model.encoder.layers.0.self_attn.",
                40,
                40,
                "q_proj",
                "k_proj",
                "v_proj",
                "out_proj");
        feedForward("vision", "vision_model.encoder.layers.0.mlp.", 40, 96, "fc1", "fc2");
        put("text_projection.weight", new double[16][D]);
        put("visual_projection.weight", new double[16][40]);
        ModelOutcome outcome = safetensors("{\"model_type\": \"clip\", \"text_config\": {\"model_type\":"
                + " \"clip_text_model\", \"num_hidden_layers\": 1, \"num_attention_heads\": 4}, \"vision_config\":"
                + " {\"model_type\": \"clip_vision_model\", \"num_hidden_layers\": 1, \"num_attention_heads\": 4}}");
        assertPlanted(outcome);
        assertThat(outcome.matrices()).hasSize(7 + 7);
    }
}
