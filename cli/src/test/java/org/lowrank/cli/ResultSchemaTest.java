package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;
import org.lowrank.weights.tensor.DType;

/** What the commands save fits docs/result-schema.json, which allows no key and leaves none out. */
class ResultSchemaTest {
    private static final Path FILE = Path.of("..", "docs", "result-schema.json");
    private static final String ZERO = "bert.encoder.layer.0.attention.output.dense.weight";

    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    @TempDir
    Path directory;

    private List<String> violations(JsonNode result) throws IOException {
        Schema schema = registry.getSchema(Files.readString(FILE));
        return schema.validate(result).stream().map(Error::toString).toList();
    }

    /** Runs a command that writes result.json and reads it. */
    private JsonNode saved(String... arguments) throws IOException {
        Path out = directory.resolve("out");
        List<String> all = new ArrayList<>(List.of(arguments));
        Collections.addAll(all, "--out", out.toString(), "--format", "json", "--quiet");
        Run run = Run.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
        return ResultJson.read(out.resolve("result.json"));
    }

    private Path model(String name, Map<String, float[][]> tensors) throws IOException {
        return TinyCheckpoint.write(directory.resolve(name), tensors);
    }

    @Test
    void schemaIsOneOfDraft2020() throws IOException {
        Schema metaSchema =
                registry.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));
        assertThat(metaSchema.validate(schemaTree())).isEmpty();
    }

    @Test
    void everyStoredTypeIsListed() throws IOException {
        List<String> listed = new ArrayList<>();
        schemaTree().path("$defs").path("dtype").path("enum").forEach(type -> listed.add(type.asText()));
        assertThat(listed)
                .containsExactlyInAnyOrder(
                        Arrays.stream(DType.values()).map(Enum::name).toArray(String[]::new));
    }

    private static JsonNode schemaTree() throws IOException {
        return new com.fasterxml.jackson.databind.ObjectMapper().readTree(Files.readString(FILE));
    }

    @Test
    void analysisFits() throws IOException {
        Map<String, float[][]> zero = TinyCheckpoint.bert();
        zero.put(ZERO, new float[24][24]);
        JsonNode result = saved(
                "analyze",
                model("a", TinyCheckpoint.bert()).toString(),
                model("b", zero).toString());
        assertThat(result.path("matrices")).hasSize(28);
        assertThat(result.path("matrices").findValues("stable_rank")).anyMatch(JsonNode::isNull);
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void analysisWithSpectraFits() throws IOException {
        JsonNode result = saved("analyze", model("a", TinyCheckpoint.bert()).toString(), "--spectrum", "--certify");
        assertThat(result.at("/matrices/0/spectrum/singular_values")).hasSize(24);
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void surveyFitsAndIsReadBack() throws IOException {
        Map<String, float[][]> zero = TinyCheckpoint.bert();
        zero.put(ZERO, new float[24][24]);
        model("models/a", TinyCheckpoint.bert());
        model("models/zero", zero);
        JsonNode result = saved("survey", directory.resolve("models").toString());
        assertThat(result.path("models")).hasSize(2);
        assertThat(result.toString()).contains("\"NaN\"");
        assertThat(violations(result)).isEmpty();
        Run again = Run.of("report", directory.resolve("out/result.json").toString(), "--quiet");
        assertThat(again.exitCode()).as(again.err()).isZero();
    }

    @Test
    void comparisonFitsWhereShapesDifferMatricesAreMissingOrZero() throws IOException {
        Map<String, float[][]> other = TinyCheckpoint.bert();
        other.put(ZERO, new float[24][24]);
        Random random = new Random(1);
        for (int layer = 0; layer < 2; layer++) {
            String at = "bert.encoder.layer." + layer + ".";
            other.put(at + "intermediate.dense.weight", TinyCheckpoint.gaussian(40, 24, random));
            other.put(at + "output.dense.weight", TinyCheckpoint.gaussian(24, 40, random));
        }
        other.keySet().removeIf(name -> name.contains("layer.1"));
        Path b = model("b", other);
        Files.writeString(
                b.resolve("config.json"),
                "{\"model_type\": \"bert\", \"num_hidden_layers\": 1, \"num_attention_heads\": 4}");
        JsonNode result =
                saved("compare", model("a", TinyCheckpoint.bert()).toString(), b.toString(), "--directions", "3");
        assertThat(result.path("unmatched")).as("layer 1 of A").hasSize(7);
        assertThat(result.path("pairs").findValues("task_vector")).anyMatch(JsonNode::isNull);
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void traceFitsWhereAMatrixIsZero() throws IOException {
        Path run = directory.resolve("run");
        TinyCheckpoint.write(run.resolve("checkpoint-1"), TinyCheckpoint.bert());
        Map<String, float[][]> later = TinyCheckpoint.bert();
        later.put(ZERO, new float[24][24]);
        TinyCheckpoint.write(run.resolve("checkpoint-2"), later);
        JsonNode result = saved("trace", run.toString());
        assertThat(result.at("/checkpoints/1/movement")).hasSize(14);
        assertThat(result.at("/checkpoints/0/movement/0/since_previous").isNull())
                .isTrue();
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void overlapFits() throws IOException {
        Path model = model("a", TinyCheckpoint.bert());
        Files.writeString(
                model.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlaw\ncourt\nsalt\noil\nthe\n");
        JsonNode result = saved("overlap", model.toString(), "the law the court", "the salt the oil");
        assertThat(result.at("/overlap/shared/0/token").asText()).isEqualTo("the");
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void experimentsFit() throws IOException {
        assertThat(violations(saved(TinyExperiments.command("merging", "--lambdas=0"))))
                .isEmpty();
        assertThat(violations(saved(TinyExperiments.command("sweep")))).isEmpty();
    }

    @Test
    void studiesFit() throws IOException {
        for (String study : List.of("mechanism", "width", "depth", "overlap", "tasks", "transition", "training")) {
            List<String> arguments = new ArrayList<>(List.of(TinyExperiments.command(study, "--lambda=0.01")));
            if (!List.of("mechanism", "training").contains(study)) {
                arguments.add(study.equals("overlap") ? "--values=0,0.5" : "--values=2,3");
            }
            assertThat(violations(saved(arguments.toArray(String[]::new))))
                    .as(study)
                    .isEmpty();
        }
    }

    @Test
    void mergesFit() throws IOException {
        Path a = model("a", TinyCheckpoint.bert());
        Map<String, float[][]> other = TinyCheckpoint.bert();
        other.put(ZERO, new float[24][24]);
        Path b = model("b", other);
        Path same = model("c", TinyCheckpoint.bert());
        Path out = directory.resolve("merged");
        Run run = Run.of(
                "merge",
                "--method",
                "ties",
                "--base",
                a.toString(),
                same.toString(),
                b.toString(),
                "--predict",
                "--verify",
                "--out",
                out.toString(),
                "--quiet");
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = ResultJson.read(out.resolve("merge.json"));
        assertThat(result.at("/measured/predictions")).isNotEmpty();
        assertThat(violations(result)).isEmpty();
        assertThat(violations(saved("compare", a.toString(), same.toString(), b.toString())))
                .isEmpty();
    }

    @Test
    void theoryFits() throws IOException {
        JsonNode result = saved("theory", "section-5", "lemma-5", "--draws", "1", "--epsilon", "0.01");
        assertThat(result.path("checks")).hasSize(2);
        assertThat(violations(result)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsFound() throws IOException {
        JsonNode result = saved("analyze", model("a", TinyCheckpoint.bert()).toString());
        List<Change> changes = List.of(
                new Change("unknown key", root -> row(root).put("sigma", 1)),
                new Change("missing key", root -> row(root).remove("spectral_norm_upper")),
                new Change("number as text", root -> row(root).put("frobenius_norm", "24.4")),
                new Change("stable rank below 1", root -> row(root).put("stable_rank", 0.9)),
                new Change("unknown matrix", root -> row(root).put("matrix", "W")),
                new Change("local time", root -> root.put("started", "2026-01-01 12:00")),
                new Change("unknown kind", root -> root.put("kind", "analyses")),
                new Change("later layout", root -> root.put("schema_version", 3)));
        for (Change change : changes) {
            ObjectNode changed = result.deepCopy();
            change.to().accept(changed);
            assertThat(violations(changed)).as(change.name()).isNotEmpty();
        }
    }

    private record Change(String name, java.util.function.Consumer<ObjectNode> to) {}

    private static ObjectNode row(ObjectNode root) {
        return (ObjectNode) root.at("/matrices/0");
    }
}
