package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.ProtoWriter;
import org.lowrank.weights.checkpoints.TensorBundleWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor.Orientation;

class TensorBundleTest extends WeightFormatContract {
    private static final String INDEX = "model.ckpt.index";
    private static final String DATA = "model.ckpt.data-00000-of-00001";
    private static final String BAD = "bad TensorFlow checkpoint: model.ckpt.index: ";
    private static final String MEND = "; save it again";
    private static final TestTensor MATRIX = TestTensor.f32(List.of(2L, 3L), 1, 2, 3, 4, 5, 6);

    @Override
    Format format() {
        return Format.TENSOR_BUNDLE;
    }

    @Override
    String title() {
        return "TensorFlow checkpoint";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.F8_E4M3,
                DType.F8_E5M2,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL);
    }

    @Test
    void kernelsAreRowsOfInputs() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("bert/encoder/layer_0/output/dense/kernel", MATRIX);
        tensors.put("bert/embeddings/word_embeddings", MATRIX);
        tensors.put("model/h0/attn/c_attn/w", TestTensor.f32(List.of(1L, 1L, 2L), 1, 2));
        tensors.put("layer/kernel/.ATTRIBUTES/VARIABLE_VALUE", MATRIX);
        ReadBack read = read(tensors);
        tensors.forEach((name, tensor) -> assertThat(read.tensors().get(name).orientation())
                .as(name)
                .isEqualTo(name.contains("embeddings") ? Orientation.UNKNOWN : Orientation.IN_OUT));
    }

    @Test
    void shardsAreReadFromTheirFiles() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < 40; i++) {
            tensors.put("layer_" + i + "/kernel", TestTensor.f32(List.of(1L, 2L), i, -i));
        }
        ReadBack read = ReadBack.of(TensorBundleWriter.files("variables/variables", tensors, 3));
        assertThat(read.tensors()).hasSize(40);
        assertThat(read.values("layer_39/kernel")).containsExactly(39, -39);
        assertThat(read.checkpoint().files())
                .containsExactlyInAnyOrder(
                        "variables/variables.index",
                        "variables/variables.data-00000-of-00003",
                        "variables/variables.data-00001-of-00003",
                        "variables/variables.data-00002-of-00003");
    }

    @Test
    void compressedTablesAreRead() throws Exception {
        byte[] index = TensorBundleWriter.table(records(Map.of("w", entry(MATRIX, 0, 0))), true);
        assertThat(ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data())).values("w"))
                .containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void variablesOfTheOptimizerAreLeftOutAndCounted() throws Exception {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        tensors.put("bert/pooler/dense/kernel", MATRIX);
        tensors.put("bert/pooler/dense/kernel/adam_m", MATRIX);
        tensors.put("bert/pooler/dense/kernel/adam_v", MATRIX);
        tensors.put("a/.OPTIMIZER_SLOT/optimizer/m/.ATTRIBUTES/VARIABLE_VALUE", MATRIX);
        tensors.put("global_step", TestTensor.of(DType.I64, List.of(), 100));
        ReadBack read = read(tensors);
        assertThat(read.tensors().keySet()).containsExactly("bert/pooler/dense/kernel");
        assertThat(read.checkpoint().warnings()).containsExactly("4 variables of the optimizer were left out");
    }

    @Test
    void textIsNoTensor() throws Exception {
        byte[] graph = new ProtoWriter().number(1, 7).number(5, 3).toByteArray();
        byte[] index = TensorBundleWriter.table(
                records(Map.of("_CHECKPOINTABLE_OBJECT_GRAPH", graph, "w", entry(MATRIX, 0, 0))), false);
        assertThat(ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data()))
                        .tensors()
                        .keySet())
                .containsExactly("w");
    }

    @Test
    void theDataFileOfAPrefixIsUnderstood() throws Exception {
        Map<String, byte[]> files = TensorBundleWriter.files("model.ckpt", Map.of("w", MATRIX), 1);
        MemoryFiles asked = new MemoryFiles(new TreeMap<>(files), java.util.Optional.of(DATA));
        assertThat(ReadBack.of(asked).tensors().keySet()).containsExactly("w");
    }

    @Test
    void aDamagedBlockFailsItsChecksum() {
        Map<String, byte[]> files = new HashMap<>(TensorBundleWriter.files("model.ckpt", Map.of("w", MATRIX), 1));
        byte[] index = files.get(INDEX).clone();
        index[3] ^= 1;
        files.put(INDEX, index);
        assertThatThrownBy(() -> ReadBack.of(files))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "the block at 0 does not match its checksum" + MEND);
    }

    @Test
    void placesOutsideTheDataAreRefused() {
        assertRefused(
                entry(MATRIX, 0, 8),
                "truncated file: model.ckpt.data-00000-of-00001: tensor w needs bytes 8 to 32 but the file has 24; copy or"
                        + " download it again");
        assertRefused(entry(MATRIX, 7, 0), BAD + "tensor w lies in shard 7 of 1" + MEND);
        TestTensor lie = new TestTensor(DType.F32, List.of(2L, 4L), MATRIX.data());
        assertRefused(entry(lie, 0, 0), BAD + "tensor w of shape [2, 4] and type F32 needs 32 bytes but has 24" + MEND);
        TestTensor huge = new TestTensor(DType.F32, List.of(1L << 40, 1L << 40), MATRIX.data());
        assertRefused(
                entry(huge, 0, 0),
                "bad shape: model.ckpt.index: [1099511627776, 1099511627776] of tensor w is not the shape of a tensor;"
                        + " save it again");
    }

    @Test
    void partitionedVariablesAreRefused() {
        byte[] sliced = TensorBundleWriter.entry(MATRIX, 0, 0)
                .message(7, new ProtoWriter())
                .toByteArray();
        assertRefused(sliced, BAD + "variable w is saved in slices; save the checkpoint unpartitioned; save it again");
    }

    @Test
    void anotherFileCalledIndexIsRefused() {
        byte[] file = new byte[64];
        file[0] = 1;
        assertThatThrownBy(() -> ReadBack.of(INDEX, file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "no table magic number at its end (not a TensorFlow checkpoint index, or truncated)"
                        + MEND);
    }

    /** A key may repeat all of the one before: 3 bytes could ask for as much memory as they like. */
    @Test
    void sharedPrefixesAreBounded() {
        TreeMap<String, byte[]> records = records(Map.of());
        String key = "k".repeat(2000);
        records.put(key, entry(MATRIX, 0, 0));
        byte[] index = TensorBundleWriter.table(records, false);
        assertThatThrownBy(() -> ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data())))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "a table entry that does not fit its block" + MEND);
    }

    @Test
    void damagedEntriesInAWholeTableAreReadOrRefused() {
        Damage damage = new Damage(11);
        byte[] entry = entry(MATRIX, 0, 0);
        for (int i = 0; i < 1000; i++) {
            byte[] index = TensorBundleWriter.table(records(Map.of("w", damage.to(entry))), i % 2 == 0);
            long start = System.nanoTime();
            try {
                ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data()));
            } catch (MalformedWeightsException e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("damaged entry " + i, e);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void bigEndianCheckpointsAreRefused() {
        TreeMap<String, byte[]> records = records(Map.of("w", entry(MATRIX, 0, 0)));
        records.put("", new ProtoWriter().number(1, 1).number(2, 1).toByteArray());
        byte[] index = TensorBundleWriter.table(records, false);
        assertThatThrownBy(() -> ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data())))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "big-endian data" + MEND);
    }

    @Test
    void anEmptyTableTailIsNotRead() {
        byte[] footer =
                new ByteSink().bytes(new byte[40]).u64(0xdb4775248b80fb57L).toByteArray();
        assertThatThrownBy(() -> ReadBack.of(INDEX, footer))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(BAD + "a block of 0 bytes at 0" + MEND);
    }

    private static void assertRefused(byte[] entry, String message) {
        byte[] index = TensorBundleWriter.table(records(Map.of("w", entry)), false);
        assertThatThrownBy(() -> ReadBack.of(Map.of(INDEX, index, DATA, MATRIX.data())))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(message);
    }

    private static byte[] entry(TestTensor tensor, int shard, long offset) {
        return TensorBundleWriter.entry(tensor, shard, offset).toByteArray();
    }

    private static TreeMap<String, byte[]> records(Map<String, byte[]> entries) {
        TreeMap<String, byte[]> records = new TreeMap<>(entries);
        records.put("", new ProtoWriter().number(1, 1).toByteArray());
        return records;
    }
}
