package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files hold, and every matrix of them. */
class InspectCommandTest {
    @TempDir
    Path directory;

    @Test
    void everyTensorIsListedWithItsRoleAndBytes() throws IOException {
        Path model = TinyCheckpoint.writeShards(directory.resolve("m"), TinyCheckpoint.bert());
        Run run = Run.of("inspect", model.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.outLines())
                .filteredOn(line -> line.startsWith("bert."))
                .hasSize(13)
                .anySatisfy(line -> assertThat(line.split("\\s{2,}"))
                        .containsExactly(
                                "bert.encoder.layer.1.intermediate.dense.weight",
                                "F32",
                                "56x24",
                                "5,376", // 4 · 56 · 24
                                "encoder layer 1 M1"))
                .anySatisfy(line -> assertThat(line).contains("word_embeddings").endsWith("by name"));
        // 4 bytes of 2 · (4 · 24² + 2 · 56 · 24) + 61 · 24 weights
        assertThat(run.out()).endsWith("13 tensors, 45,792 bytes\n");
    }

    @Test
    void jsonHoldsTheSame() throws IOException {
        Path model = TinyCheckpoint.write(directory.resolve("m"), TinyCheckpoint.bert());
        JsonNode json = new ObjectMapper()
                .readTree(Run.of("inspect", "--json", model.toString()).out());
        assertThat(json.path("tensors")).hasSize(13);
        JsonNode query = json.path("tensors").get(3);
        assertThat(query.path("name").asText()).isEqualTo("bert.encoder.layer.0.attention.self.query.weight");
        assertThat(query.path("bytes").asInt()).isEqualTo(4 * 24 * 24);
        assertThat(query.path("matrices").toString())
                .isEqualTo("[{\"stack\":\"encoder\",\"layer\":0,\"matrix\":\"Q\"}]");
    }

    @Test
    void unknownArchitectureIsListedAndMeasuredByName() throws IOException {
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        tensors.put("trunk.alpha.weight", TinyCheckpoint.gaussian(5, 7, new Random(1)));
        Path model = TinyCheckpoint.write(directory.resolve("m"), tensors);
        Files.writeString(model.resolve("config.json"), "{\"model_type\": \"mystery\"}");
        Run inspected = Run.of("inspect", model.toString());
        assertThat(inspected.exitCode()).isZero();
        assertThat(inspected.err()).contains("every matrix is known by its name alone: unknown architecture");
        Path out = directory.resolve("out");
        assertThat(Run.of("analyze", model.toString(), "--out", out.toString()).exitCode())
                .isEqualTo(4);
        Run all = Run.of("analyze", model.toString(), "--matrices", "all", "--out", out.toString());
        assertThat(all.exitCode()).as(all.err()).isZero();
        assertThat(Files.readAllLines(out.resolve("matrices.csv")).get(1))
                .startsWith("m,,other,,trunk.alpha,5,7,35,F32,");
        assertThat(out.resolve("report.html")).exists();
    }

    @Test
    void patternsChooseTensors() throws IOException {
        Path model = TinyCheckpoint.write(directory.resolve("m"), TinyCheckpoint.bert());
        Path out = directory.resolve("out");
        Run run = Run.of(
                "analyze",
                model.toString(),
                "--include",
                "*layer.1.*",
                "--exclude",
                "*query*",
                "--out",
                out.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(Files.readAllLines(out.resolve("matrices.csv")))
                .as("K, V, O, M1, M2")
                .hasSize(6);
    }
}
