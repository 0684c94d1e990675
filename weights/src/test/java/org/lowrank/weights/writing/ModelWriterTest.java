package org.lowrank.weights.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

class ModelWriterTest {
    private static final OutputTensor A = new OutputTensor("a", DType.BF16, List.of(3L));
    private static final OutputTensor B = new OutputTensor("b", DType.F32, List.of(1L, 2L));
    private static final OutputTensor IDS = new OutputTensor("ids", DType.I64, List.of());

    @TempDir
    Path directory;

    /** Header and data put together by hand from the format's description. */
    @Test
    void oneFileIsTheFormatByteForByte() throws IOException {
        write(ShardPlan.of("model", List.of(A, B, IDS), 1 << 20));
        String json = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"ids\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]},"
                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[3],\"data_offsets\":[16,22]}}";
        String padded = json + " ".repeat((8 - json.length() % 8) % 8);
        ByteBuffer expected = ByteBuffer.allocate(8 + padded.length() + 22).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(padded.length()).put(padded.getBytes(StandardCharsets.UTF_8));
        // 42 as i64; 1.5, -0.1 in binary32; 1, 2, 3 in bfloat16
        expected.put(HexFormat.of().parseHex("2a00000000000000" + "0000c03f" + "cdccccbd" + "803f" + "0040" + "4040"));
        assertThat(Files.readAllBytes(directory.resolve("model.safetensors"))).isEqualTo(expected.array());
        assertThat(names()).containsExactly("model.safetensors");
    }

    @Test
    void shardsAreFilledInOrderAndTheIndexNamesThem() throws IOException, ModelNotFoundException {
        OutputTensor large = new OutputTensor("large", DType.F32, List.of(8L));
        write(ShardPlan.of("model", List.of(A, B, large, IDS), 16));
        assertThat(names())
                .containsExactly(
                        "model-00001-of-00003.safetensors",
                        "model-00002-of-00003.safetensors",
                        "model-00003-of-00003.safetensors",
                        "model.safetensors.index.json");
        assertThat(Files.readString(directory.resolve("model.safetensors.index.json")))
                .isEqualTo("""
                        {
                          "metadata" : {
                            "total_size" : 54
                          },
                          "weight_map" : {
                            "a" : "model-00001-of-00003.safetensors",
                            "b" : "model-00001-of-00003.safetensors",
                            "ids" : "model-00003-of-00003.safetensors",
                            "large" : "model-00002-of-00003.safetensors"
                          }
                        }
                        """);
        try (CheckpointReader reader = new CheckpointReader(LocalFiles.of(directory))) {
            List<Tensor> tensors = reader.read().tensors();
            assertThat(tensors).extracting(Tensor::name).containsExactly("a", "b", "ids", "large");
            assertThat(first(tensors.get(3))).isEqualTo(7.0);
        }
    }

    @Test
    void nanIsNamedAndLeavesNoFile() {
        ShardPlan plan = ShardPlan.of("model", List.of(A), 1 << 20);
        assertThatThrownBy(() -> ModelWriter.open(directory, plan)
                        .write(sink -> sink.put(0, new double[] {1, Double.NaN, 3}, 3)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("not a finite number: model.safetensors: element 1 of a comes out as NaN; look for NaN,"
                        + " infinities and factors out of range in what it is made of");
        assertThat(names()).isEmpty();
    }

    @Test
    void whatTheDtypeCannotHoldIsNamed() {
        OutputTensor half = new OutputTensor("half", DType.F16, List.of(2L));
        ShardPlan plan = ShardPlan.of("model", List.of(half), 1 << 20);
        assertThatThrownBy(() ->
                        ModelWriter.open(directory, plan).write(sink -> sink.put(0, new double[] {1, 70000}, 2)))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("number out of range: model.safetensors: element 1 of half is 70000.0, more than F16 holds;"
                        + " choose a wider --dtype");
    }

    @Test
    void aFileWithHolesIsNotCommitted() {
        ShardPlan plan = ShardPlan.of("model", List.of(A), 1 << 20);
        assertThatThrownBy(() -> ModelWriter.open(directory, plan).write(sink -> sink.put(1, new double[] {1}, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("4 bytes of a were not written to model.safetensors");
        assertThat(names()).isEmpty();
    }

    @Test
    void aDiskTooSmallIsSaidBeforeTheFirstByte() {
        OutputTensor huge = new OutputTensor("huge", DType.F32, List.of(1L << 25, 1L << 25));
        assertThatThrownBy(() -> ModelWriter.open(directory, ShardPlan.of("model", List.of(huge), 1 << 20)))
                .isInstanceOf(WeightsWriteException.class)
                .hasMessageMatching("disk is too small: .*: 4503599627370\\d{3} bytes are to be written but \\d+ are"
                        + " free; make room, choose another directory with --out or a smaller --dtype");
        assertThat(names()).isEmpty();
    }

    @Test
    void longTensorsAreWrittenInPiecesFromSeveralThreads() throws IOException, ModelNotFoundException {
        int count = 300_001; // several buffers, and not a multiple of one
        OutputTensor tensor = new OutputTensor("t", DType.F32, List.of((long) count));
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        ModelWriter.open(directory, ShardPlan.of("model", List.of(tensor), 1 << 30))
                .write(sink -> Stream.of(0, 1, 2).parallel().forEach(third -> {
                    int from = third * 100_000;
                    int until = third == 2 ? count : from + 100_000;
                    try {
                        sink.put(from, java.util.Arrays.copyOfRange(values, from, until), until - from);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }));
        try (CheckpointReader reader = new CheckpointReader(LocalFiles.of(directory));
                Tensor.Values opened = reader.read().tensors().get(0).open()) {
            StridedBlock block = opened.matrix(Tensor.View.contiguous(1, count)).get(0);
            for (int i = 0; i < count; i++) {
                assertThat(block.get(0, i)).isEqualTo(i);
            }
        }
    }

    @Test
    void namesOfOneTensorTwiceAndTypesSafetensorsLacksAreRefused() {
        assertThatThrownBy(() -> ShardPlan.of("model", List.of(A, A), 10)).hasMessage("two tensors are called a");
        assertThatThrownBy(() -> new OutputTensor("q", DType.Q4_0, List.of(32L)))
                .hasMessage("safetensors cannot hold q as Q4_0");
        assertThatThrownBy(() -> new OutputTensor("__metadata__", DType.F32, List.of()))
                .hasMessage("__metadata__ is safetensors' own name, a tensor cannot have it");
    }

    private void write(ShardPlan plan) throws IOException {
        ModelWriter.open(directory, plan).write(sink -> {
            switch (sink.tensor().name()) {
                case "a" -> sink.put(0, new double[] {1, 2, 3}, 3);
                case "b" -> {
                    sink.put(1, new double[] {-0.1}, 1);
                    sink.put(0, new double[] {1.5}, 1);
                }
                case "ids" -> sink.copy(0, ByteBuffer.wrap(new byte[] {42, 0, 0, 0, 0, 0, 0, 0}));
                default -> sink.put(0, new double[] {7, 6, 5, 4, 3, 2, 1, 0}, 8);
            }
        });
    }

    private static double first(Tensor tensor) throws IOException {
        try (Tensor.Values values = tensor.open()) {
            return values.matrix(Tensor.View.contiguous(1, 1)).get(0).get(0, 0);
        }
    }

    private List<String> names() {
        try (Stream<Path> paths = Files.list(directory)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
