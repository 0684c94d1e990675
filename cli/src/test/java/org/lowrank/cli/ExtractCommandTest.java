package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** extract, and adapters in the other commands. */
class ExtractCommandTest {
    @TempDir
    Path directory;

    private Path base = Path.of("");
    private Path tuned = Path.of("");

    /** The tuned model differs by 4·e_3 times the ones vector in one matrix, which has rank one and norm 4√24. */
    @BeforeEach
    void models() throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        base = TinyCheckpoint.write(directory.resolve("base"), tensors);
        float[][] query = tensors.get("bert.encoder.layer.0.attention.self.query.weight");
        assertThat(query).isNotNull();
        for (int i = 0; i < 24; i++) {
            query[i][3] += 4;
        }
        tuned = TinyCheckpoint.write(directory.resolve("tuned"), tensors);
    }

    @Test
    void aTaskVectorBecomesAnAdapterThatEveryCommandReads() throws IOException {
        Path adapter = directory.resolve("adapter");
        Run extract =
                Run.of("extract", base.toString(), tuned.toString(), "--error", "0.01", "--out", adapter.toString());
        assertThat(extract.exitCode()).as(extract.err()).isZero();
        assertThat(extract.outLines())
                .contains(adapter.resolve("adapter_model.safetensors").toString());
        assertThat(extract.out()).contains("1 modules written");
        assertThat(Files.readString(adapter.resolve("extract.csv")))
                .contains("bert.encoder.layer.0.attention.self.query,24,24,1,");
        assertFits(adapter.resolve("result.json"));
        assertThat(adapter.resolve("report.html")).isNotEmptyFile();

        Path analysed = directory.resolve("analysed");
        Run analyze = Run.of("analyze", adapter.toString(), "--out", analysed.toString());
        assertThat(analyze.exitCode()).as(analyze.err()).isZero();
        JsonNode row = ResultJson.read(analysed.resolve("result.json"))
                .path("matrices")
                .get(0);
        assertThat(row.path("matrix").asText()).isEqualTo("Q");
        assertThat(row.path("frobenius_norm").asDouble())
                .isCloseTo(4 * Math.sqrt(24), org.assertj.core.api.Assertions.within(1e-5));
        assertThat(row.path("stable_rank").asDouble()).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
        assertFits(analysed.resolve("result.json"));

        Path merged = directory.resolve("merged");
        Run compare = Run.of(
                "compare", tuned.toString(), base + "+" + adapter, "--out", merged.toString(), "--directions", "2");
        assertThat(compare.exitCode()).as(compare.err()).isZero();
        JsonNode pair =
                ResultJson.read(merged.resolve("result.json")).path("pairs").get(0);
        assertThat(pair.path("task_vector").path("frobenius_norm").asDouble())
                .as("tuned and merged differ by rounding")
                .isLessThan(1e-4);
        assertFits(merged.resolve("result.json"));

        Run again = Run.of("report", adapter.resolve("result.json").toString(), "--out", analysed.toString());
        assertThat(again.exitCode()).as(again.err()).isZero();
    }

    @Test
    void anAdapterIsShrunk() throws IOException {
        Path adapter = directory.resolve("adapter");
        assertThat(Run.of("extract", base.toString(), tuned.toString(), "--rank", "4", "--out", adapter.toString())
                        .exitCode())
                .isZero();
        Path smaller = directory.resolve("smaller");
        Run run = Run.of("extract", adapter.toString(), "--rank", "1", "--out", smaller.toString());
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertFits(smaller.resolve("result.json"));
    }

    @Test
    void wrongUsageIsNamed() throws IOException {
        assertUsage(
                        "extract",
                        base.toString(),
                        "--rank",
                        "4",
                        "--out",
                        directory.resolve("a").toString())
                .contains("no adapter: " + base + ": it is a model;");
        assertUsage("extract", base.toString(), tuned.toString(), "--energy", "2")
                .contains("not between 0 and 1");
        Run none = Run.of("extract", base.toString(), tuned.toString());
        assertThat(none.exitCode()).isEqualTo(Failures.USAGE);
        Path full = Files.createDirectories(directory.resolve("full"));
        Files.writeString(full.resolve("thesis.txt"), "mine");
        Run inTheWay = Run.of("extract", base.toString(), tuned.toString(), "--rank", "1", "--out", full.toString());
        assertThat(inTheWay.exitCode()).isEqualTo(Failures.NOT_WRITTEN);
        assertThat(full.resolve("thesis.txt")).hasContent("mine");
    }

    private static org.assertj.core.api.AbstractStringAssert<?> assertUsage(String... arguments) {
        Run run = Run.of(arguments);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(Failures.USAGE);
        return assertThat(run.err());
    }

    private static void assertFits(Path result) throws IOException {
        String schema = Files.readString(Path.of("..", "docs", "result-schema.json"));
        assertThat(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(schema)
                        .validate(ResultJson.read(result)))
                .isEmpty();
    }
}
