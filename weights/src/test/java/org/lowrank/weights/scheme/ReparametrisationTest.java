package org.lowrank.weights.scheme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** Weights composed from what they are stored as; every expected number by hand. */
class ReparametrisationTest {
    @TempDir
    Path directory;

    private final Map<String, TestTensor> tensors = new LinkedHashMap<>();

    private ReparametrisationTest put(String name, List<Long> shape, double... values) {
        tensors.put(name, TestTensor.f32(shape, values));
        return this;
    }

    private interface Check {
        void of(Checkpoint checkpoint) throws Exception;
    }

    private void read(Check check) throws Exception {
        Path file = CheckpointWriters.write(Format.SAFETENSORS, directory, tensors);
        try (LocalFiles files = LocalFiles.of(file);
                CheckpointReader reader = new CheckpointReader(files)) {
            check.of(reader.read());
        }
    }

    /** Within the rounding of parts stored in single precision. */
    private void assertWeight(String name, double... expected) throws Exception {
        read(checkpoint -> {
            Tensor tensor = checkpoint.tensors().stream()
                    .filter(one -> one.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            try (Tensor.Values values = tensor.open()) {
                StridedBlock block = values.matrix(Tensor.View.contiguous(1, expected.length))
                        .get(0);
                for (int i = 0; i < expected.length; i++) {
                    double found = block.type() == ElementType.F64
                            ? block.data().getDouble(8 * i)
                            : block.data().getFloat(4 * i);
                    assertThat(found).as("element " + i).isCloseTo(expected[i], within(1e-7));
                }
            }
        });
    }

    @Test
    void weightNormalisationByRows() throws Exception {
        // Rows (3, 4) and (0, 5) have norm 5: factors 10/5 and 2/5.
        put("a.weight_g", List.of(2L, 1L), 10, 2).put("a.weight_v", List.of(2L, 2L), 3, 4, 0, 5);
        assertWeight("a.weight", 6, 8, 0, 2);
    }

    @Test
    void weightNormalisationAlongTheLastAxis() throws Exception {
        // Columns (3, 4) and (0, 5): the same factors, by column.
        put("a.weight_g", List.of(1L, 2L), 10, 2).put("a.weight_v", List.of(2L, 2L), 3, 0, 4, 5);
        assertWeight("a.weight", 6, 0, 8, 2);
    }

    @Test
    void weightNormalisationAlongTheMiddleOfAConvolution() throws Exception {
        // Shape [2, 2, 1], dim = 1: slices (3, 4) and (5, 12) with norms 5 and 13.
        put("c.parametrizations.weight.original0", List.of(1L, 2L, 1L), 5, 26)
                .put("c.parametrizations.weight.original1", List.of(2L, 2L, 1L), 3, 5, 4, 12);
        assertWeight("c.weight", 3, 10, 4, 24);
    }

    @Test
    void weightNormalisationOfTheWhole() throws Exception {
        put("a.weight_g", List.of(), 13).put("a.weight_v", List.of(1L, 3L), 3, 4, 12);
        assertWeight("a.weight", 3, 4, 12);
    }

    @Test
    void prunedWeightIsTheProductWithItsMask() throws Exception {
        put("a.weight_orig", List.of(2L, 2L), 1, 2, 3, 4).put("a.weight_mask", List.of(2L, 2L), 1, 0, 0, 1);
        assertWeight("a.weight", 1, 0, 0, 4);
    }

    @Test
    void spectralNormalisationDividesByTheStoredSingularValue() throws Exception {
        // uᵀ W v with u = (0, 1), v = (0.6, 0.8): 3·0.6 + 4·0.8 = 5.
        for (String[] names : new String[][] {
            {"weight_orig", "weight_u", "weight_v"},
            {"parametrizations.weight.original", "parametrizations.weight.0._u", "parametrizations.weight.0._v"}
        }) {
            tensors.clear();
            put("a." + names[0], List.of(2L, 2L), 1, 2, 3, 4)
                    .put("a." + names[1], List.of(2L), 0, 1)
                    .put("a." + names[2], List.of(2L), 0.6, 0.8);
            assertWeight("a.weight", 0.2, 0.4, 0.6, 0.8);
        }
    }

    @Test
    void originalWithALoraBesideItIsTheBaseWeight() throws Exception {
        put("a.parametrizations.weight.original", List.of(2L, 2L), 1, 2, 3, 4)
                .put("a.parametrizations.weight.0.lora_A", List.of(1L, 2L), 1, 1)
                .put("a.parametrizations.weight.0.lora_B", List.of(2L, 1L), 1, 1);
        assertWeight("a.weight", 1, 2, 3, 4);
        read(checkpoint -> {
            assertThat(checkpoint.tensors())
                    .extracting(Tensor::name)
                    .contains("a.parametrizations.weight.0.lora_A", "a.parametrizations.weight.0.lora_B");
            assertThat(checkpoint.warnings())
                    .containsExactly(
                            "1 weight is stored reparametrised, a.weight for one: measured as the original; the LoRA "
                                    + "beside it is left out");
        });
    }

    @Test
    void whatIsNoWeightNormStaysAsItIs() throws Exception {
        // RWKV's mixing vectors, a g that fits no axis, and an original that something unknown is made of.
        put("time_maa_g", List.of(1L, 1L, 2L), 1, 2)
                .put("time_maa_v", List.of(1L, 1L, 2L), 3, 4)
                .put("b.weight_g", List.of(3L, 1L), 1, 1, 1)
                .put("b.weight_v", List.of(2L, 2L), 1, 2, 3, 4)
                .put("c.parametrizations.weight.original", List.of(2L, 2L), 1, 2, 3, 4)
                .put("c.parametrizations.weight.0.base", List.of(2L, 2L), 1, 0, 0, 1);
        read(checkpoint -> {
            assertThat(checkpoint.tensors())
                    .extracting(Tensor::name)
                    .containsExactlyInAnyOrderElementsOf(tensors.keySet());
            assertThat(checkpoint.warnings()).isEmpty();
        });
    }
}
