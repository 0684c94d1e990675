package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** A tiny Llama through the command: files, numbers that follow from definitions, and what goes wrong in one line. */
class RunCommandTest {
    private static final int WIDTH = 8;
    private static final int VOCABULARY = 11;

    @TempDir
    Path directory;

    private Path model = Path.of("");
    private Path ids = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void checkpoint() throws IOException {
        model = write("tiny-llama", tensors());
        ids = directory.resolve("ids.json");
        out = directory.resolve("results");
        Files.writeString(ids, "[[1, 2, 3, 4, 5], [6, 7, 8]]");
    }

    private static Map<String, float[][]> tensors() {
        Random random = new Random(3);
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        tensors.put("model.embed_tokens.weight", TinyCheckpoint.gaussian(VOCABULARY, WIDTH, random));
        for (int layer = 0; layer < 2; layer++) {
            String at = "model.layers." + layer + ".";
            for (String name : List.of("q", "k", "v", "o")) {
                tensors.put(at + "self_attn." + name + "_proj.weight", TinyCheckpoint.gaussian(WIDTH, WIDTH, random));
            }
            tensors.put(at + "mlp.gate_proj.weight", TinyCheckpoint.gaussian(12, WIDTH, random));
            tensors.put(at + "mlp.up_proj.weight", TinyCheckpoint.gaussian(12, WIDTH, random));
            tensors.put(at + "mlp.down_proj.weight", TinyCheckpoint.gaussian(WIDTH, 12, random));
            tensors.put(at + "input_layernorm.weight", TinyCheckpoint.gaussian(1, WIDTH, random));
            tensors.put(at + "post_attention_layernorm.weight", TinyCheckpoint.gaussian(1, WIDTH, random));
        }
        tensors.put("model.norm.weight", TinyCheckpoint.gaussian(1, WIDTH, random));
        tensors.put("lm_head.weight", new float[VOCABULARY][WIDTH]); // all logits 0: the loss is ln 11
        return tensors;
    }

    private Path write(String name, Map<String, float[][]> tensors) throws IOException {
        Path made = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                made.resolve("config.json"),
                "{\"model_type\": \"llama\", \"hidden_size\": 8, \"intermediate_size\": 12, \"num_hidden_layers\": 2, "
                        + "\"num_attention_heads\": 2, \"vocab_size\": 11, \"tie_word_embeddings\": false}");
        return made;
    }

    private Run run(String... more) {
        List<String> arguments = new java.util.ArrayList<>(List.of("run", model.toString(), "--out", out.toString()));
        arguments.addAll(List.of(more));
        return Run.of(arguments.toArray(String[]::new));
    }

    @Test
    void equalLogitsLoseTheLogarithmOfTheVocabulary() throws IOException {
        Run run = run("--ids", ids.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = ResultJson.read(out.resolve("result.json"));
        assertThat(result.get("nll").asDouble()).isCloseTo(Math.log(VOCABULARY), within(1e-6));
        assertThat(result.get("perplexity").asDouble()).isCloseTo(VOCABULARY, within(1e-5));
        assertThat(result.get("tokens").asInt()).isEqualTo(8);
        assertThat(result.get("losses").get("predictions").asInt()).isEqualTo(4 + 2);
        assertThat(out.resolve("report.html")).isNotEmptyFile();
    }

    @Test
    void everyInputOfEveryLayerIsARow() throws IOException {
        run("--ids", ids.toString());
        List<String> rows = Files.readAllLines(out.resolve("run.csv"));
        assertThat(rows.get(0))
                .isEqualTo("model,revision,stack,layer,input,sequences,tokens,width,frobenius_norm,spectral_norm,"
                        + "stable_rank,mean,std,zero_fraction");
        assertThat(rows).hasSize(1 + 1 + 2 * 5);
        assertThat(rows.get(1)).startsWith("tiny-llama,,decoder,-1,hidden,2,8,8,");
        assertThat(rows.get(5)).startsWith("tiny-llama,,decoder,0,M2,2,8,12,");
        // The embedding's rows are the table's: ids 1 to 8.
        double squares = 0;
        float[][] table = tensors().get("model.embed_tokens.weight");
        for (int id = 1; id <= 8; id++) {
            for (float entry : table[id]) {
                squares += (double) entry * entry;
            }
        }
        assertThat(Double.parseDouble(rows.get(1).split(",")[8])).isCloseTo(Math.sqrt(squares), within(1e-6));
    }

    @Test
    void theReportIsRenderedAgainFromTheResult() throws IOException {
        run("--ids", ids.toString());
        String page = Files.readString(out.resolve("report.html"));
        Files.delete(out.resolve("report.html"));
        Run again = Run.of("report", out.resolve("result.json").toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(Files.readString(out.resolve("report.html"))).isEqualTo(page);
    }

    @Test
    void anIdOutsideTheVocabularyIsNamed() throws IOException {
        Files.writeString(ids, "[[1, 2], [3, 11]]");
        Run run = run("--ids", ids.toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("sequence 1, place 1: 11 is no token id; the model has 0 to 10");
        assertThat(out).doesNotExist();
    }

    @Test
    void emptyAndMissingInputIsRefused() throws IOException {
        assertThat(run().err()).contains("nothing to read: give texts, or --ids FILE.json");
        Files.writeString(ids, "[[]]");
        assertThat(run("--ids", ids.toString()).err()).contains("sequence 0 has 0 tokens");
        Files.writeString(ids, "{}");
        assertThat(run("--ids", ids.toString()).exitCode()).isEqualTo(2);
        Run noTokenizer = run("some text");
        assertThat(noTokenizer.exitCode()).isEqualTo(3);
        assertThat(noTokenizer.err()).contains("no tokenizer: ");
    }

    @Test
    void anActivationThatIsNoNumberIsNamed() throws IOException {
        Map<String, float[][]> tensors = tensors();
        tensors.get("model.layers.1.mlp.up_proj.weight")[0][0] = Float.NaN;
        model = write("nan", tensors);
        Run run = run("--ids", ids.toString());
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("not a finite number: nan: layer 1, M2: an activation is NaN or infinite");
        assertThat(out.resolve("result.json")).doesNotExist();
    }

    @Test
    void aMissingTensorIsNamed() throws IOException {
        Map<String, float[][]> tensors = tensors();
        tensors.remove("model.layers.1.post_attention_layernorm.weight");
        model = write("cut", tensors);
        Run run = run("--ids", ids.toString());
        assertThat(run.exitCode()).isEqualTo(4);
        assertThat(run.err()).contains("missing tensor: model.safetensors: no model.layers.1.post_attention_layernorm");
    }
}
