package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.merge.output.MergeResult;

/** A merge with a text of each task. */
class MergeTextsTest extends MadeModels {
    private static final List<String> TEXTS =
            List.of("the law of a court the law", "salt of the sea and oil of a tree");

    /** Weights 1 and 0 are part a itself, so the merged model loses what a loses; sha256 by Java's digest of the file's bytes. */
    @Test
    void textsGiveLossesOfBasePartsAndTheMergedModelAndLocalFilesAreHashed() throws Exception {
        Path own = readable();
        String recipe = recipe("task_arithmetic", "parameters: {weight: 1}")
                .replace("base_model: " + base, "base_model: " + own)
                .replace("model: " + b, "model: " + b + "\n    parameters: {weight: 0}");
        MergeMeasures measures = MergeMeasures.NONE.withTexts(TEXTS);
        MergeResult result =
                merge(recipe, options(directory.resolve("merged"), 2, 1 << 30).with(measures));
        assertThat(result.losses())
                .extracting(losses -> losses.role())
                .containsExactly("base", "part", "part", "merged");
        assertThat(result.losses()).allSatisfy(losses -> {
            assertThat(losses.kind()).isEqualTo("causal");
            assertThat(losses.losses()).hasSize(2).allMatch(loss -> loss > 0 && loss < 100);
        });
        List<Double> ofA = result.losses().get(1).losses();
        List<Double> merged = result.losses().get(3).losses();
        for (int text = 0; text < 2; text++) {
            assertThat(merged.get(text)).isCloseTo(ofA.get(text), within(1e-5));
        }
        assertThat(result.losses().get(0).losses()).isNotEqualTo(ofA);
        assertThat(names(directory.resolve("merged"))).contains("losses.csv");
        assertThat(Files.readString(directory.resolve("merged/README.md")))
                .contains(java.util.HexFormat.of()
                        .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                                .digest(Files.readAllBytes(own.resolve("model.safetensors")))));
        MergeResult predicted = dry(recipe, "dry", measures);
        assertThat(predicted.losses()).extracting(losses -> losses.role()).containsExactly("base", "part", "part");
    }

    /** ‖Δ_B x‖/‖Δ_A x‖: with Δ_B = Δ_A it is 1 by itself; A and B exchanged, with their texts, exchange the numbers. */
    @Test
    void changesActOnTheInputsOfBothTexts() throws Exception {
        Path own = readable();
        MergeMeasures measures = MergeMeasures.NONE.withTexts(TEXTS);
        Path twin = changed(tensors -> {});
        String recipe = recipe("task_arithmetic", "").replace("base_model: " + base, "base_model: " + own);
        List<TaskInterference> same =
                dry(recipe.replace(b + "\n", twin + "\n"), "same", measures).interference();
        assertThat(same).hasSize(14); // 7 matrices in each of 2 layers
        assertThat(same).allSatisfy(row -> {
            assertThat(row.onA().interference()).isCloseTo(1, within(1e-6));
            assertThat(row.onB().interference()).isCloseTo(1, within(1e-6));
            assertThat(row.onA().tokens()).isEqualTo(7);
        });
        MergeResult one = dry(recipe, "one", measures);
        MergeResult other = dry(
                recipe.replace(a + "\n", "X\n").replace(b + "\n", a + "\n").replace("X\n", b + "\n"),
                "other",
                measures.withTexts(List.of(TEXTS.get(1), TEXTS.get(0))));
        for (int i = 0; i < 14; i++) {
            TaskInterference.Terms onA = one.interference().get(i).onA();
            TaskInterference.Terms onB = other.interference().get(i).onB();
            assertThat(onA.interference()).isPositive().isCloseTo(onB.interference(), within(1e-6));
            assertThat(onA.nullInterference()).isPositive().isCloseTo(onB.nullInterference(), within(1e-6));
        }
        assertThat(names(directory.resolve("one"))).contains("interference.csv", "losses.csv");
        assertThat(Files.readString(directory.resolve("one/report.html"))).contains("Interference, layer by matrix");
    }

    @Test
    void textsThatAreTooShortLeaveTheRestToBeMeasured() throws Exception {
        String recipe = recipe("task_arithmetic", "").replace("base_model: " + base, "base_model: " + readable());
        MergeResult result =
                dry(recipe, "dry", MergeMeasures.NONE.withTexts(List.of("the law", "salt of the sea and oil")));
        assertThat(result.interference()).isEmpty();
        assertThat(result.losses()).hasSize(3);
        assertThat(result.warnings())
                .contains("interference on activations was not measured: 2 and 6 tokens; at least 4 of each are needed;"
                        + " give longer texts");
    }

    private MergeResult dry(String recipe, String out, MergeMeasures measures) throws Exception {
        return merge(recipe, new MergeOptions(directory.resolve(out), 1 << 30, 2, true, false, true, measures));
    }

    /** The base with a tokenizer. */
    private Path readable() throws Exception {
        Path own = Files.createDirectories(directory.resolve("base"));
        for (String name : List.of("model.safetensors", "config.json")) {
            Files.copy(base.resolve(name), own.resolve(name));
        }
        Files.writeString(
                own.resolve("vocab.txt"),
                "[PAD]\n[UNK]\nlaw\ncourt\nthe\nsalt\noil\nof\na\nsea\ntree\nsun\nsky\nrain\n");
        return own;
    }
}
