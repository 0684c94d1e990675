package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Saved results with one or more places changed at random: {@code report} renders them or says in one line, with exit code 2,
 * that they are none. Seeded; {@code -Dlowrank.fuzz=N} tries N of each kind.
 */
class SavedResultsFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    @TempDir
    Path directory;

    private String model(String name, int seed) throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        Random random = new Random(seed);
        tensors.replaceAll((tensor, values) -> TinyCheckpoint.gaussian(values.length, values[0].length, random));
        Path model = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                model.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlaw\ncourt\nsalt\noil\nthe\n");
        return model.toString();
    }

    @Test
    void analysis() throws IOException {
        mutationsAreRefusedOrRendered(1, "analyze", model("a", 1), "--spectrum");
    }

    @Test
    void comparison() throws IOException {
        mutationsAreRefusedOrRendered(2, "compare", model("a", 1), model("b", 2));
    }

    @Test
    void overlap() throws IOException {
        mutationsAreRefusedOrRendered(3, "overlap", model("a", 1), "law court the", "salt oil the");
    }

    @Test
    void theory() throws IOException {
        mutationsAreRefusedOrRendered(4, "theory", "lemma-5", "--draws", "1");
    }

    private void mutationsAreRefusedOrRendered(long seed, String... command) throws IOException {
        Path out = directory.resolve("out");
        Run made = Run.of(
                Stream.concat(Arrays.stream(command), Stream.of("--out", out.toString(), "--format", "json", "--quiet"))
                        .toArray(String[]::new));
        assertThat(made.exitCode()).as(made.err()).isZero();
        JsonNode result = JSON.readTree(Files.readString(out.resolve("result.json")));
        Path file = directory.resolve("mutated").resolve("result.json");
        Files.createDirectories(file.getParent());
        Random random = new Random(seed);
        int refused = 0;
        int count = Integer.getInteger("lowrank.fuzz", 60);
        for (int i = 0; i < count; i++) {
            ObjectNode mutated = result.deepCopy();
            String what = "";
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                what += mutate(mutated, random) + "; ";
            }
            Files.writeString(file, JSON.writeValueAsString(mutated));
            Run run = Run.of("report", file.toString(), "--format", "html");
            String why = "mutation " + i + ": " + what + "\n" + run.err();
            assertThat(run.exitCode()).as(why).isIn(0, 2);
            if (run.exitCode() == 2) {
                assertThat(run.errLines()).as(why).hasSize(1);
                assertThat(run.err()).as(why).startsWith("lowrank: ");
                refused++;
            }
        }
        assertThat(refused).as("some are refused").isGreaterThan(count / 20);
    }

    /** Changes one place of a tree: goes down at random, more likely through containers, and replaces what it finds. */
    private static String mutate(ObjectNode root, Random random) {
        JsonNode node = root;
        StringBuilder path = new StringBuilder();
        while (true) {
            if (node instanceof ObjectNode object && !object.isEmpty()) {
                List<String> names = new ArrayList<>();
                object.fieldNames().forEachRemaining(names::add);
                String name = names.get(random.nextInt(names.size()));
                path.append('.').append(name);
                JsonNode child = object.get(name);
                if (child.isContainerNode() && !child.isEmpty() && random.nextInt(8) > 0) {
                    node = child;
                } else if (random.nextInt(4) == 0) {
                    object.remove(name);
                    return path + " removed";
                } else {
                    object.set(name, other(child, random));
                    return path + " = " + object.get(name);
                }
            } else if (node instanceof ArrayNode array && !array.isEmpty()) {
                int index = random.nextInt(array.size());
                path.append('[').append(index).append(']');
                JsonNode child = array.get(index);
                if (child.isContainerNode() && !child.isEmpty() && random.nextInt(8) > 0) {
                    node = child;
                } else if (random.nextInt(3) == 0) {
                    array.remove(index);
                    return path + " removed";
                } else {
                    array.set(index, other(child, random));
                    return path + " = " + array.get(index);
                }
            } else {
                return path + " left";
            }
        }
    }

    private static JsonNode other(JsonNode was, Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.textNode("");
            case 2 -> NODES.textNode("<b>\u001b[31m\u202e\n");
            case 3 -> NODES.numberNode(-1);
            case 4 -> NODES.numberNode(0);
            case 5 -> NODES.numberNode(1e308);
            case 6 -> NODES.numberNode(Long.MAX_VALUE);
            case 7 -> NODES.textNode("NaN");
            case 8 -> NODES.arrayNode();
            case 9 -> NODES.objectNode();
            case 10 -> NODES.booleanNode(true);
            default -> was.isNumber() ? NODES.numberNode(-was.asDouble()) : NODES.textNode("x".repeat(2000));
        };
    }
}
