package org.lowrank.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.inference.description.Rotary;
import org.lowrank.inference.description.TransformerCatalog;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;

/** What holds of every transformer, whatever its weights. */
class ForwardPropertiesTest {
    private static final int[] LONG = {16, 17, 53, 6, 60, 50, 33, 27, 23, 25, 41, 54};
    private static final int[] SHORT = {49, 45, 52, 56, 38};

    @TempDir
    Path folder = Path.of("");

    /** Last hidden states, one row a token, of all sequences. */
    private List<double[]> last(String name, List<int[]> sequences, int batchTokens) throws Exception {
        List<double[]> states = new ArrayList<>();
        try (ModelFiles files = LocalFiles.of(ForwardCase.read(name).write(folder));
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            RunSettings settings = RunSettings.defaults().withThreads(1).withBatchTokens(batchTokens);
            try (LayerwiseModel model = LayerwiseModel.open(checkpoint, checkpoint.config(), settings)) {
                model.run(sequences, activations -> {
                    if (activations.input().site() == Input.Site.FINAL) {
                        for (StridedBlock block : activations.rows()) {
                            for (int i = 0; i < block.rows(); i++) {
                                double[] row = new double[block.cols()];
                                for (int j = 0; j < row.length; j++) {
                                    row[j] = block.get(i, j);
                                }
                                states.add(row);
                            }
                        }
                    }
                });
            }
        }
        return states;
    }

    private static void same(double[] a, double[] b) {
        for (int j = 0; j < a.length; j++) {
            assertThat(a[j]).isCloseTo(b[j], within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "gptj", "bloom", "gemma2", "falcon-40b", "mixtral", "opt"})
    void aLaterTokenChangesNothingBeforeIt(String name) throws Exception {
        int[] changed = LONG.clone();
        changed[11] = 3;
        List<double[]> one = last(name, List.of(LONG), 4096);
        List<double[]> other = last(name, List.of(changed), 4096);
        for (int token = 0; token < 11; token++) {
            same(one.get(token), other.get(token));
        }
        assertThat(one.get(11)).isNotEqualTo(other.get(11));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "modernbert", "t5"})
    void anEncodersFirstTokenSeesTheLast(String name) throws Exception {
        int[] changed = {49, 45, 52, 56, 3};
        assertThat(last(name, List.of(SHORT), 4096).get(0))
                .isNotEqualTo(last(name, List.of(changed), 4096).get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "t5", "mpnet", "gpt2", "qwen3", "phi3-longrope", "qwen2_moe"})
    void aBatchEqualsItsParts(String name) throws Exception {
        List<double[]> together = last(name, List.of(LONG, SHORT, SHORT, LONG), 4096);
        List<double[]> alone = last(name, List.of(LONG, SHORT, SHORT, LONG), 1);
        List<double[]> shortOne = last(name, List.of(SHORT), 4096);
        for (int token = 0; token < together.size(); token++) {
            same(together.get(token), alone.get(token));
        }
        for (int token = 0; token < SHORT.length; token++) {
            same(together.get(LONG.length + token), shortOne.get(token));
        }
    }

    /** ⟨R_p q, R_s k⟩ depends on p − s alone: rotations are of one frequency per pair, and compose. */
    @Test
    void rotationsDependOnDistances() throws Exception {
        Rotary rotary = new Rotary(10000, 8, new com.fasterxml.jackson.databind.ObjectMapper().readTree("{}"), 64, 64);
        double[] q = {0.3, -1.2, 0.7, 0.1, 0.9, -0.4, 1.1, 0.2};
        double[] k = {-0.5, 0.8, 0.6, -1.0, 0.4, 0.3, -0.2, 0.9};
        double[] frequencies = rotary.frequencies(64);
        double near = dot(turned(q, 5, frequencies), turned(k, 2, frequencies));
        double far = dot(turned(q, 45, frequencies), turned(k, 42, frequencies));
        assertThat(far).isCloseTo(near, within(1e-12));
        assertThat(dot(turned(q, 5, frequencies), turned(k, 3, frequencies))).isNotCloseTo(near, within(1e-3));
        assertThat(frequencies).containsExactly(1, 0.1, 0.01, 0.001); // 10000^(−2i/8)
    }

    private static double[] turned(double[] x, int position, double[] frequencies) {
        double[] turned = new double[x.length];
        int pairs = frequencies.length;
        for (int i = 0; i < pairs; i++) {
            double c = Math.cos(position * frequencies[i]);
            double s = Math.sin(position * frequencies[i]);
            turned[i] = x[i] * c - x[i + pairs] * s;
            turned[i + pairs] = x[i + pairs] * c + x[i] * s;
        }
        return turned;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void lossesAreThoseOfEachSequence() throws Exception {
        try (ModelFiles files = LocalFiles.of(ForwardCase.read("gpt2").write(folder));
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            RunSettings settings = RunSettings.defaults().withThreads(1).withBatchTokens(6);
            try (LayerwiseModel model = LayerwiseModel.open(checkpoint, checkpoint.config(), settings)) {
                Losses both = model.run(List.of(LONG, new int[] {7}, SHORT), ActivationListener.NONE)
                        .orElseThrow();
                double one = model.run(List.of(LONG), ActivationListener.NONE)
                        .orElseThrow()
                        .nll();
                double two = model.run(List.of(SHORT), ActivationListener.NONE)
                        .orElseThrow()
                        .nll();
                assertThat(both.predictions()).isEqualTo(11 + 4);
                assertThat(both.nll()).isCloseTo((11 * one + 4 * two) / 15, within(1e-5));
                assertThat(both.perSequence().get(0)).isCloseTo(one, within(1e-5));
                assertThat(both.perSequence().get(1)).isNaN(); // one token predicts nothing
            }
        }
    }

    @Test
    void whatIsNotDescribedIsRefusedByName() throws Exception {
        var json = new com.fasterxml.jackson.databind.ObjectMapper();
        assertThatThrownBy(() -> TransformerCatalog.resolve(json.readTree("{\"model_type\": \"rwkv\"}")))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(
                        "cannot run this architecture: config.json: model_type rwkv; described are llama, mistral, ");
        assertThatThrownBy(
                        () -> TransformerCatalog.resolve(
                                json.readTree(
                                        "{\"model_type\": \"llama\", \"hidden_size\": 24, \"num_hidden_layers\": 2, \"num_attention_heads\": 5}")))
                .hasMessage(
                        "cannot run this model: config.json of llama: width 24, 5 heads and 5 key-value heads: they do not "
                                + "divide; mend config.json");
        assertThatThrownBy(() -> TransformerCatalog.resolve(json.readTree(
                        "{\"model_type\": \"llama\", \"hidden_size\": 24, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, "
                                + "\"rope_scaling\": {\"type\": \"spiral\"}}")))
                .hasMessageContaining("rope_type spiral is not described");
        assertThat(Arrays.asList("bert", "gpt2", "gptj", "phi", "roberta", "qwen2"))
                .isSubsetOf(TransformerCatalog.types());
    }
}
