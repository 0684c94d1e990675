package org.lowrank.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lowrank.inference.description.TransformerCatalog;
import org.lowrank.inference.loss.MaskedTexts;
import org.lowrank.inference.text.TextSequences;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * Every family against transformers 5.18.0 in double (see {@link ForwardCase}): hidden states, inputs of matrices, logits and
 * losses. The bound is float32's rounding over the layers; a forgotten bias or scale is 1e-2 and more.
 */
class ForwardCasesTest {
    private static final double TOLERANCE = 2e-5;

    @TempDir
    Path folder = Path.of("");

    static List<String> cases() throws IOException {
        Set<String> names = new TreeSet<>();
        Path cases = Path.of("src/test/resources/org/lowrank/inference/engine/cases");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(cases, "*.json")) {
            files.forEach(file -> names.add(file.getFileName().toString().replace(".json", "")));
        }
        return List.copyOf(names);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void agreesWithTransformers(String name) throws Exception {
        ForwardCase forward = ForwardCase.read(name);
        JsonNode expected = forward.expected();
        Set<String> seen = new TreeSet<>();
        try (ModelFiles files = LocalFiles.of(forward.write(folder));
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            try (LayerwiseModel model = LayerwiseModel.open(
                    checkpoint, checkpoint.config(), RunSettings.defaults().withThreads(1))) {
                Optional<Losses> losses = model.run(forward.sequences(), activations -> {
                    JsonNode wanted = wanted(expected, activations);
                    if (!wanted.isMissingNode()) {
                        seen.add(activations.layer() + " " + activations.input().label());
                        compare(name, activations, wanted);
                    }
                });
                compare(expected, losses);
                if (expected.path("masked_nll").isNumber()) {
                    masked(model, forward);
                }
            }
        }
        int layers = expected.get("layers").size();
        int places = expected.get("layers").get(layers - 1).size();
        assertThat(seen).as("places of " + name).hasSize(1 + layers * places);
    }

    private static JsonNode wanted(JsonNode expected, Activations activations) {
        return activations.layer() < 0
                ? expected.get("embedding")
                : expected.get("layers")
                        .path(activations.layer())
                        .path(activations.input().label());
    }

    private static void compare(String name, Activations activations, JsonNode wanted) {
        String where = name + " layer " + activations.layer() + " "
                + activations.input().label();
        double sum = 0;
        double squares = 0;
        long count = activations.tokens() * activations.width();
        for (StridedBlock block : activations.rows()) {
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    sum += block.get(i, j);
                    squares += block.get(i, j) * block.get(i, j);
                }
            }
        }
        double std = wanted.get("std").asDouble();
        double near = TOLERANCE * std;
        assertThat(sum / count).as(where + " mean").isCloseTo(wanted.get("mean").asDouble(), within(near));
        assertThat(Math.sqrt(squares / count - sum * sum / count / count))
                .as(where + " std")
                .isCloseTo(std, within(near));
        assertThat(Math.sqrt(squares))
                .as(where + " norm")
                .isCloseTo(
                        wanted.get("frobenius").asDouble(),
                        within(TOLERANCE * wanted.get("frobenius").asDouble()));
        StridedBlock first = activations.rows().get(0);
        StridedBlock last = activations.rows().get(activations.rows().size() - 1);
        for (int j = 0; j < wanted.get("first").size(); j++) {
            assertThat(first.get(0, j))
                    .as(where)
                    .isCloseTo(wanted.get("first").get(j).asDouble(), within(4 * near));
            assertThat(last.get(last.rows() - 1, j))
                    .as(where)
                    .isCloseTo(wanted.get("last").get(j).asDouble(), within(4 * near));
        }
    }

    private static void compare(JsonNode expected, Optional<Losses> losses) {
        assertThat(losses.isPresent()).isEqualTo(expected.get("logits").isObject());
        losses.ifPresent(found -> {
            // A masked head predicts nothing where nothing is masked.
            assertThat(found.predictions() > 0).isEqualTo(expected.get("nll").isNumber());
            if (expected.get("nll").isNumber()) {
                assertThat(found.nll()).isCloseTo(expected.get("nll").asDouble(), within(TOLERANCE));
            }
            JsonNode logits = expected.get("logits");
            double near = TOLERANCE * logits.get("std").asDouble();
            assertThat(found.logits().mean()).isCloseTo(logits.get("mean").asDouble(), within(near));
            assertThat(found.logits().std()).isCloseTo(logits.get("std").asDouble(), within(near));
            assertThat(found.logits().frobeniusNorm())
                    .isCloseTo(
                            logits.get("frobenius").asDouble(),
                            within(TOLERANCE * logits.get("frobenius").asDouble()));
        });
    }

    /** Losses of what id 4 stands for. */
    private static void masked(LayerwiseModel model, ForwardCase forward) throws Exception {
        List<int[]> ids = forward.sequences();
        List<boolean[]> noneSpecial =
                ids.stream().map(sequence -> new boolean[sequence.length]).toList();
        MaskedTexts texts = MaskedTexts.of(new TextSequences(ids, List.of(0, 1), noneSpecial), 4);
        Losses losses = model.run(texts.sequences(), texts.targets(), ActivationListener.NONE)
                .orElseThrow();
        assertThat(losses.predictions()).isEqualTo(1 + 2);
        assertThat(losses.nll()).isCloseTo(forward.expected().get("masked_nll").asDouble(), within(TOLERANCE));
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.api.Assertions.within(offset);
    }

    @Test
    void everyDescribedTypeHasACase() throws IOException {
        Set<String> covered = new TreeSet<>();
        for (String name : cases()) {
            covered.add(ForwardCase.read(name).expected().get("model_type").asText());
        }
        assertThat(covered).containsAll(TransformerCatalog.types());
    }
}
