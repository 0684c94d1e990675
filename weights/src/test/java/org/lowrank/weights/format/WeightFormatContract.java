package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.tensor.DType;

/** What every weight format promises: the tensors that were written are read, or the file is refused in one line. */
abstract class WeightFormatContract {
    private static final int DAMAGED_FILES = 300;
    private static final Duration ONE_FILE = Duration.ofSeconds(5);

    /**
     * Values each type holds exactly, its extremes among them. Floats: largest finite, smallest normal and subnormal (IEEE
     * 754 binary16 and bfloat16; OCP 8-bit floats and their FNUZ variants).
     */
    private static final Map<DType, double[]> EXACT = Map.ofEntries(
            Map.entry(DType.F64, new double[] {Math.PI, -Double.MAX_VALUE, Double.MIN_VALUE, 0, 1e-300, -1}),
            Map.entry(DType.F32, new double[] {1.5, -Float.MAX_VALUE, Float.MIN_VALUE, 0, 0x1p-126, -1}),
            Map.entry(DType.F16, new double[] {1.5, -65504, 0x1p-24, 0, 0x1p-14, -1}),
            Map.entry(DType.BF16, new double[] {1.5, -0x1.fep127, 0x1p-133, 0, 0x1p-126, -1}),
            Map.entry(DType.F8_E4M3, new double[] {1.125, -448, 0x1p-9, 0, 0x1p-6, -1}),
            Map.entry(DType.F8_E5M2, new double[] {1.25, -57344, 0x1p-16, 0, 0x1p-14, -1}),
            Map.entry(DType.F8_E4M3FNUZ, new double[] {1.125, -240, 0x1p-10, 0, 0x1p-7, -1}),
            Map.entry(DType.F8_E5M2FNUZ, new double[] {1.25, -57344, 0x1p-17, 0, 0x1p-15, -1}),
            Map.entry(DType.F8_E8M0, new double[] {1, 0x1p127, 0x1p-127, 2, 0.5, 1024}),
            Map.entry(DType.I64, new double[] {1, -0x1p52, 0x1p52, 0, -1, 7}),
            Map.entry(DType.I32, new double[] {1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, -1, 7}),
            Map.entry(DType.I16, new double[] {1, -32768, 32767, 0, -1, 7}),
            Map.entry(DType.I8, new double[] {1, -128, 127, 0, -1, 7}),
            Map.entry(DType.U64, new double[] {1, 0x1p53, 0x1p62, 0, 255, 7}),
            Map.entry(DType.U32, new double[] {1, 4294967295.0, 0x1p31, 0, 255, 7}),
            Map.entry(DType.U16, new double[] {1, 65535, 32768, 0, 255, 7}),
            Map.entry(DType.U8, new double[] {1, 255, 128, 0, 127, 7}),
            Map.entry(DType.BOOL, new double[] {1, 0, 1, 1, 0, 0}));

    abstract Format format();

    /** In words, for the report. */
    abstract String title();

    /** The scalar types the format has. */
    abstract List<DType> types();

    @Test
    void everyTypeIsReadBackExactly() throws Exception {
        Map<String, TestTensor> written = new LinkedHashMap<>();
        for (DType type : types()) {
            written.put("w." + type, TestTensor.of(type, List.of(2L, 3L), EXACT.get(type)));
        }
        ReadBack read = read(written);
        SoftAssertions soft = new SoftAssertions();
        soft.assertThat(read.tensors().keySet()).isEqualTo(new TreeSet<>(written.keySet()));
        for (DType type : types()) {
            ReadBack.Content content = read.tensors().get("w." + type);
            soft.assertThat(content.dtype()).isEqualTo(type);
            soft.assertThat(content.shape()).as("%s", type).containsExactly(2L, 3L);
            soft.assertThat(content.values()).as("%s", type).containsExactly(EXACT.get(type));
        }
        soft.assertAll();
    }

    @Test
    void shapesAreReadOutermostFirst() throws Exception {
        double[] values = java.util.stream.IntStream.range(0, 24)
                .mapToDouble(i -> i / 4.0)
                .toArray();
        Map<String, TestTensor> written = new LinkedHashMap<>();
        written.put("vector", TestTensor.f32(List.of(24L), values));
        written.put("matrix", TestTensor.f32(List.of(4L, 6L), values));
        written.put("cube", TestTensor.f32(List.of(2L, 3L, 4L), values));
        written.put("four", TestTensor.f32(List.of(2L, 3L, 1L, 4L), values));
        ReadBack read = read(written);
        written.forEach((name, tensor) -> {
            assertThat(read.tensors().get(name).shape()).as(name).isEqualTo(tensor.shape());
            assertThat(read.values(name)).as(name).containsExactly(values);
        });
    }

    @Test
    void scalarsAndEmptyTensorsAreRead() throws Exception {
        Map<String, TestTensor> written = new LinkedHashMap<>();
        written.put("empty", TestTensor.f32(List.of(0L)));
        written.put("scalar", TestTensor.f32(List.of(), 2.5));
        written.put("w", TestTensor.f32(List.of(1L, 1L), 3.5));
        written.put("without.rows", TestTensor.f32(List.of(0L, 3L)));
        ReadBack read = read(written);
        assertThat(read.tensors()).hasSize(4);
        assertThat(read.values("scalar")).containsExactly(2.5);
        assertThat(read.tensors().get("scalar").shape()).isEmpty();
        assertThat(read.values("w")).containsExactly(3.5);
        assertThat(read.tensors().get("empty").shape()).containsExactly(0L);
        assertThat(read.tensors().get("without.rows").shape()).containsExactly(0L, 3L);
    }

    @Test
    void namesAreKeptInOrder() throws Exception {
        Map<String, TestTensor> written = new LinkedHashMap<>();
        for (String name : List.of("layers.10.w", "layers.2.w", "a", "bert/kernel_of_ä", "layers.10.b")) {
            written.put(name, TestTensor.f32(List.of(1L), written.size()));
        }
        ReadBack read = read(written);
        assertThat(read.tensors().keySet())
                .containsExactly("a", "bert/kernel_of_ä", "layers.10.b", "layers.10.w", "layers.2.w");
        assertThat(read.values("layers.2.w")).containsExactly(1);
    }

    @Test
    void manyTensorsAreRead() throws Exception {
        Map<String, TestTensor> written = new LinkedHashMap<>();
        for (int i = 0; i < 300; i++) {
            written.put("model.layers." + i + ".weight", TestTensor.f32(List.of(1L, 2L), i, -i));
        }
        ReadBack read = read(written);
        assertThat(read.tensors()).hasSize(300);
        written.forEach((name, tensor) -> assertThat(read.values(name)).as(name).hasSize(2));
        assertThat(read.values("model.layers.299.weight")).containsExactly(299, -299);
    }

    @Test
    void formatAndFilesAreNamed(@TempDir Path directory) throws Exception {
        Path file = CheckpointWriters.write(format(), directory, sample());
        try (LocalFiles files = LocalFiles.of(directory);
                LocalFiles single = LocalFiles.of(file)) {
            ReadBack read = ReadBack.of(files);
            assertThat(read.checkpoint().format()).startsWith(title());
            assertThat(read.checkpoint().files()).contains(format().fileName());
            assertThat(ReadBack.of(single).tensors().keySet())
                    .isEqualTo(read.tensors().keySet());
        }
    }

    @Test
    void aFileCutAnywhereIsRefusedOrLosesNothing() throws Exception {
        Map<String, byte[]> files = CheckpointWriters.files(format(), sample());
        ReadBack whole = ReadBack.of(files);
        int refused = 0;
        int cuts = 0;
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            for (int length = 0; length < file.getValue().length; length++) {
                Map<String, byte[]> cut = new TreeMap<>(files);
                cut.put(file.getKey(), Arrays.copyOf(file.getValue(), length));
                cuts++;
                try {
                    assertSame(ReadBack.of(cut), whole, file.getKey() + " cut to " + length);
                } catch (MalformedWeightsException e) {
                    assertOneLine(e);
                    refused++;
                }
            }
        }
        // Only padding and metadata behind the last tensor may be lost without a loss.
        assertThat(refused).isGreaterThan(cuts * 9 / 10);
    }

    @Test
    void damagedFilesAreReadOrRefused() throws Exception {
        Map<String, byte[]> files = CheckpointWriters.files(format(), sample());
        Damage damage = new Damage(20240229);
        List<String> names = new ArrayList<>(files.keySet());
        for (int i = 0; i < DAMAGED_FILES; i++) {
            String name = names.get(i % names.size());
            Map<String, byte[]> damaged = new TreeMap<>(files);
            damaged.put(name, damage.to(files.get(name)));
            long start = System.nanoTime();
            try {
                ReadBack.of(damaged);
            } catch (MalformedWeightsException e) {
                assertOneLine(e);
            } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                throw new AssertionError("damaged file " + i + " (" + name + ")", e);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("time for damaged file %s", i)
                    .isLessThan(ONE_FILE);
        }
    }

    /** Several types and shapes in a small file. */
    private Map<String, TestTensor> sample() {
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        for (DType type : types()) {
            if (List.of(DType.F64, DType.F32, DType.F16, DType.I64).contains(type)) {
                tensors.put("layer.0." + type, TestTensor.of(type, List.of(2L, 3L), EXACT.get(type)));
            }
        }
        tensors.put("scalar", TestTensor.f32(List.of(), 1));
        return tensors;
    }

    final ReadBack read(Map<String, TestTensor> tensors) throws Exception {
        return ReadBack.of(CheckpointWriters.files(format(), tensors));
    }

    private static void assertSame(ReadBack read, ReadBack expected, String what) {
        assertThat(read.tensors().keySet())
                .as(what)
                .isEqualTo(expected.tensors().keySet());
        read.tensors()
                .forEach((name, content) ->
                        assertThat(content.values()).as("%s: %s", what, name).containsExactly(expected.values(name)));
    }

    private static void assertOneLine(MalformedWeightsException e) {
        assertThat(e.getMessage()).doesNotContain("\n", "\r").contains(": ", "; ");
    }
}
