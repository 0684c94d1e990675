package org.lowrank.analyzer.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.comparison.AdapterAlignment;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.ModelComparer;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/**
 * A base W = 16 h_1 h_1ᵀ + 8 h_2 h_2ᵀ + 4 h_3 h_3ᵀ + 2 h_4 h_4ᵀ of unit rows h_i of a Hadamard matrix, k = 2, so that its leading
 * spaces are spanned by h_1 and h_2, and adapters made of other rows: everything has a closed form.
 */
class AdapterAlignmentTest {
    private static final int N = 64;
    private static final String PATH = "model.layers.0.self_attn.q_proj";

    @TempDir
    Path directory;

    @BeforeEach
    void base() throws IOException {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        double[] w = new double[N * N];
        for (int l = 1; l <= 4; l++) {
            for (int i = 0; i < N; i++) {
                for (int j = 0; j < N; j++) {
                    w[i * N + j] += Math.pow(2, 5 - l) * h(l, i) * h(l, j);
                }
            }
        }
        tensors.put(PATH + ".weight", TestTensor.of(DType.F32, List.of((long) N, (long) N), w));
        for (String name : List.of("self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj")) {
            tensors.put("model.layers.0." + name + ".weight", TestTensor.gaussian(DType.F32, List.of(64L, 64L), 1));
        }
        for (String name : List.of("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")) {
            tensors.put("model.layers.0." + name + ".weight", TestTensor.gaussian(DType.F32, List.of(64L, 64L), 2));
        }
        write(
                "base",
                "model.safetensors",
                tensors,
                "config.json",
                "{\"model_type\":\"llama\",\"num_hidden_layers\":1,\"num_attention_heads\":2}");
    }

    /** ΔW = 3 h_1 h_20ᵀ + 4 h_9 h_2ᵀ. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sharesOfSpaceAndEnergyAreThoseOfTheRows(boolean adapterFirst) throws Exception {
        adapter(new int[] {1, 9}, new int[] {20, 2}, new double[] {3, 4});
        AdapterAlignment found = Objects.requireNonNull(pair(adapterFirst).alignment());
        assertThat(found.directions()).isEqualTo(2);
        assertThat(found.rank()).isEqualTo(2);
        assertThat(found.outputSpaceInBase()).isCloseTo(0.5, within(1e-6)); // h_1 of h_1 and h_9
        assertThat(found.outputEnergyInBase()).isCloseTo(9 / 25.0, within(1e-6));
        assertThat(found.inputSpaceInBase()).isCloseTo(0.5, within(1e-6)); // h_2 of h_20 and h_2
        assertThat(found.inputEnergyInBase()).isCloseTo(16 / 25.0, within(1e-6));
        assertThat(found.randomOutputSpaceInBase()).isEqualTo(2 / 64.0);
        assertThat(found.randomInputSpaceInBase()).isEqualTo(2 / 64.0);
        // W + ΔW = h_1 (16 h_1 + 3 h_20)ᵀ + (8 h_2 + 4 h_9) h_2ᵀ + …: cosines 1 and 8/√80
        assertThat(found.newDirections()).isZero();
    }

    /** ΔW = 40 h_9 h_21ᵀ comes before everything in W. */
    @Test
    void aLargeChangeElsewhereIsANewDirection() throws Exception {
        adapter(new int[] {9}, new int[] {21}, new double[] {40});
        AdapterAlignment found = Objects.requireNonNull(pair(false).alignment());
        assertThat(found.newDirections()).isEqualTo(1);
        assertThat(found.nullNewDirections()).isEqualTo(1); // as a random direction of that size is
        assertThat(found.outputEnergyInBase()).isCloseTo(0, within(1e-6));
    }

    @Test
    void theFindingHasItsNulls() throws Exception {
        adapter(new int[] {1}, new int[] {2}, new double[] {1});
        assertThat(compare(false).findings())
                .filteredOn(finding -> finding.id().equals("adapter-in-base"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.numbers().get("output_energy_in_base")).isCloseTo(1, within(1e-6));
                    assertThat(finding.numbers()).containsEntry("null_output_energy_in_base", 2 / 64.0);
                });
    }

    @Test
    void twoModelsHaveNoAlignment() throws Exception {
        adapter(new int[] {1}, new int[] {2}, new double[] {1});
        try (ModelAnalysis a = open("base");
                ModelAnalysis b = ModelAnalysis.open(
                        directory.resolve("base") + "+" + directory.resolve("adapter"),
                        SourceOptions.defaults().withOffline(true),
                        LayerSelection.ALL)) {
            assertThat(compare(a, b).pairs()).extracting(MatrixPair::alignment).containsOnlyNulls();
        }
    }

    private MatrixPair pair(boolean adapterFirst) throws Exception {
        Comparison comparison = compare(adapterFirst);
        assertThat(comparison.pairs()).hasSize(1);
        return comparison.pairs().get(0);
    }

    private Comparison compare(boolean adapterFirst) throws Exception {
        try (ModelAnalysis base = open("base");
                ModelAnalysis adapter = open("adapter")) {
            return adapterFirst ? compare(adapter, base) : compare(base, adapter);
        }
    }

    private static Comparison compare(ModelAnalysis a, ModelAnalysis b) throws Exception {
        try (SpectralEngine engine = SpectralEngines.create()) {
            return new ModelComparer(engine, SpectralOptions.defaults(), 2, 2)
                    .compare(side(a), side(b), (done, total, last) -> {});
        }
    }

    private static ModelComparer.Side side(ModelAnalysis model) {
        return new ModelComparer.Side(
                model.provenance().model(),
                model.provenance().revision(),
                model.layers().matrices(),
                model.depths());
    }

    private ModelAnalysis open(String name) throws Exception {
        return ModelAnalysis.open(
                directory.resolve(name).toString(), SourceOptions.defaults().withOffline(true), LayerSelection.ALL);
    }

    /** Σ σ_l h_{left l} h_{right l}ᵀ. */
    private void adapter(int[] left, int[] right, double[] sigma) throws IOException {
        int r = sigma.length;
        double[] b = new double[N * r];
        double[] a = new double[N * r];
        for (int l = 0; l < r; l++) {
            for (int i = 0; i < N; i++) {
                b[i * r + l] = sigma[l] * h(left[l], i);
                a[l * N + i] = h(right[l], i);
            }
        }
        Map<String, TestTensor> factors = new LinkedHashMap<>();
        factors.put(
                "base_model.model." + PATH + ".lora_A.weight",
                TestTensor.of(DType.F32, List.of((long) r, (long) N), a));
        factors.put(
                "base_model.model." + PATH + ".lora_B.weight",
                TestTensor.of(DType.F32, List.of((long) N, (long) r), b));
        write(
                "adapter",
                "adapter_model.safetensors",
                factors,
                "adapter_config.json",
                "{\"peft_type\":\"LORA\",\"r\":" + r + ",\"lora_alpha\":" + r + "}");
    }

    private void write(String name, String file, Map<String, TestTensor> tensors, String settingsFile, String settings)
            throws IOException {
        Path model = Files.createDirectories(directory.resolve(name));
        Files.write(model.resolve(file), SafetensorsWriter.bytes(tensors));
        Files.writeString(model.resolve(settingsFile), settings);
    }

    /** Element j of unit row i of the Hadamard matrix of order 64. */
    private static double h(int i, int j) {
        return (Integer.bitCount(i & j) % 2 == 0 ? 1 : -1) / 8.0;
    }
}
