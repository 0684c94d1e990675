package org.lowrank.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;

/** Every example runs as its comment says. */
class ExamplesTest {
    @TempDir
    Path directory;

    private Path base;
    private Path tuned;

    @BeforeEach
    void twoModels() throws Exception {
        base = model("base", 1);
        tuned = model("tuned", 2);
    }

    /** A BERT of two layers, d = 8, f = 12. */
    private Path model(String name, long seed) throws Exception {
        Random random = new Random(seed);
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (int layer = 0; layer < 2; layer++) {
            String at = "encoder.layer." + layer + ".";
            for (String role : List.of(
                    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense")) {
                tensors.put(at + role + ".weight", gaussian(random, 8, 8));
            }
            tensors.put(at + "intermediate.dense.weight", gaussian(random, 12, 8));
            tensors.put(at + "output.dense.weight", gaussian(random, 8, 12));
        }
        Path model = Files.createDirectories(directory.resolve(name));
        Files.writeString(
                model.resolve("config.json"),
                "{\"model_type\":\"bert\",\"num_hidden_layers\":2,\"hidden_size\":8,\"intermediate_size\":12,\"num_attention_heads\":2}");
        CheckpointWriters.write(Format.SAFETENSORS, model, tensors);
        return model;
    }

    private static TestTensor gaussian(Random random, int rows, int cols) {
        return TestTensor.f32(
                List.of((long) rows, (long) cols),
                random.doubles((long) rows * cols, -1, 1).toArray());
    }

    private interface Example {
        void run(String... args) throws Exception;
    }

    private static synchronized String printed(Example example, String... args) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
            example.run(args);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aModelIsMeasuredInFiveLines() throws Exception {
        String printed = printed(
                MeasureModel::main, base.toString(), directory.resolve("out").toString());
        assertThat(printed.lines()).hasSize(14).first().asString().startsWith("encoder layer 0 Q: stable rank ");
        assertThat(directory.resolve("out/report.html")).isNotEmptyFile();
        assertThat(Files.readAllLines(directory.resolve("out/matrices.csv"))).hasSize(15);
    }

    @Test
    void oneTensorIsRead() throws Exception {
        String name = "encoder.layer.1.intermediate.dense.weight";
        assertThat(printed(ReadTensor::main, base.toString(), name)).startsWith(name + " F32 [12, 8]: first ");
    }

    @Test
    void twoModelsAreCompared() throws Exception {
        String printed = printed(
                CompareModels::main,
                base.toString(),
                tuned.toString(),
                directory.resolve("both").toString());
        assertThat(printed.lines()).hasSize(14);
        assertThat(directory.resolve("both/comparison.csv")).isNotEmptyFile();
    }

    @Test
    void figuresAreWrittenAsSvg() throws Exception {
        String printed = printed(
                WriteFigures::main, base.toString(), directory.resolve("svg").toString());
        assertThat(printed.lines()).isNotEmpty().allMatch(line -> line.endsWith(".svg") && Files.exists(Path.of(line)));
    }

    @Test
    void aTheoremIsChecked() throws Exception {
        assertThat(printed(CheckTheorem::main, "theorem-1").lines()).isNotEmpty();
    }

    @Test
    void ranksAreDrawnWithWordsBesideThem() throws Exception {
        Path table = Files.writeString(
                directory.resolve("matrices.csv"),
                "layer,matrix,stable_rank,gaussian_stable_rank\n0,Q,6.5,13.9\n1,Q,7.25,13.9\n0,M1,5,18.5\n");
        Path figure = directory.resolve("ranks.svg");
        assertThat(printed(AnnotateRanks::main, table.toString(), figure.toString()))
                .isEqualTo(figure + System.lineSeparator());
        assertThat(Files.readString(figure)).startsWith("<svg").contains("<title>Stable ranks</title>");
    }
}
