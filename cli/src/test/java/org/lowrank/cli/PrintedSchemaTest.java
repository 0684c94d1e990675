package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON that commands print instead of saving it fits its definition in docs/result-schema.json. */
class PrintedSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    @Test
    void verdictOfCheckFits() throws IOException {
        Map<String, float[][]> zero = TinyCheckpoint.bert();
        zero.put("bert.encoder.layer.0.attention.output.dense.weight", new float[24][24]);
        String model = TinyCheckpoint.write(directory.resolve("a"), zero).toString();
        JsonNode broken = printed("check", model, "--max", "stable_rank=1", "--min", "O.stable_rank=0", "--json");
        assertThat(broken.path("broken").findValues("value"))
                .anyMatch(JsonNode::isNull)
                .anyMatch(JsonNode::isNumber);
        assertThat(violations("bounds_verdict", broken)).isEmpty();
        JsonNode everything = printed("check", model, "--matrices", "all", "--max", "frobenius_norm=0", "--json");
        assertThat(violations("bounds_verdict", everything)).isEmpty();
        JsonNode holds = printed("check", model, "--min", "frobenius_norm=0", "--json");
        assertThat(holds.path("broken")).isEmpty();
        assertThat(violations("bounds_verdict", holds)).isEmpty();
        ((ObjectNode) broken.at("/broken/0")).remove("revision");
        assertThat(violations("bounds_verdict", broken)).hasSize(1);
    }

    @Test
    void doctorFits() throws IOException {
        JsonNode report = printed("doctor", "--json");
        assertThat(violations("doctor", report)).isEmpty();
        ((ObjectNode) report).put("token", "x");
        assertThat(violations("doctor", report)).hasSize(1);
    }

    /** What a command prints, whatever its exit code says of it. */
    private static JsonNode printed(String... arguments) throws IOException {
        return JSON.readTree(Run.of(arguments).out());
    }

    private static List<String> violations(String definition, JsonNode printed) throws IOException {
        JsonNode file =
                JSON.readTree(Path.of("..", "docs", "result-schema.json").toFile());
        ObjectNode schema = JSON.createObjectNode();
        schema.set("$schema", file.path("$schema"));
        schema.put("$ref", "#/$defs/" + definition);
        schema.set("$defs", file.path("$defs"));
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema.toString())
                .validate(printed)
                .stream()
                .map(Error::toString)
                .toList();
    }
}
