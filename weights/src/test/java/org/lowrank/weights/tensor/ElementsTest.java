package org.lowrank.weights.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.checkpoints.TestTensor;

/** Elements read in any order and stride are the same, and what they are is what the words and groups say. */
class ElementsTest {
    private static final List<Long> SHAPE = List.of(20L, 24L);
    private final List<ByteSource> opened = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void close() throws IOException {
        for (ByteSource source : opened) {
            source.close();
        }
    }

    /** Word w of column o holds codes of rows: the definition, code by code, out of the bytes as one number. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aStreamOfBitsGoesOnAcrossWords(int bits) throws IOException {
        byte[] data = new byte[bits * 32 / 8];
        new Random(bits).nextBytes(data);
        StoredTensor words = stored("w", new TestTensor(DType.U32, List.of((long) bits), data));
        Elements codes = Elements.unpacked(words, new PackedCodes(List.of(32L), bits, 32, 0, List.of(1L), List.of()));
        double[] expected = IntStream.range(0, 32)
                .mapToDouble(code -> IntStream.range(0, bits)
                        .map(bit -> (data[(code * bits + bit) / 8] >> ((code * bits + bit) % 8) & 1) << bit)
                        .sum())
                .toArray();
        assertThat(read(codes, 0, 1, 32)).containsExactly(expected);
    }

    @Test
    void anyRunIsPartOfTheWhole() throws IOException {
        Random random = new Random(1);
        for (Elements elements : expressions()) {
            double[] whole = read(elements, 0, 1, 480);
            for (int trial = 0; trial < 300; trial++) {
                int index = random.nextInt(480);
                int step = random.nextInt(30);
                int most = step == 0 ? 10 : (479 - index) / step + 1;
                int count = 1 + random.nextInt(most);
                double[] run = read(elements, index, step, count);
                for (int i = 0; i < count; i++) {
                    assertThat(run[i])
                            .as("element %d of %d + %d i in %s", i, index, step, elements)
                            .isEqualTo(whole[index + i * step]);
                }
            }
        }
    }

    private List<Elements> expressions() throws IOException {
        StoredTensor along = random("a", DType.I32, 20, 3);
        StoredTensor across = random("b", DType.I32, 24, 3);
        StoredTensor stream = random("c", DType.I32, 24 * 3 / 8 + 1, 20);
        StoredTensor bytes = random("d", DType.U8, 240);
        StoredTensor scales = stored("s", TestTensor.gaussian(DType.F16, List.of(5L, 3L), 1));
        StoredTensor byColumn = stored("t", TestTensor.gaussian(DType.F32, List.of(4L, 20L), 2));
        StoredTensor table = stored("u", TestTensor.gaussian(DType.F32, List.of(16L), 3));
        StoredTensor groups = stored(
                "g",
                TestTensor.of(
                        DType.I32,
                        List.of(24L),
                        IntStream.range(0, 24).mapToDouble(i -> i * 5 % 4).toArray()));
        List<Integer> order = List.of(0, 4, 1, 5, 2, 6, 3, 7);
        Elements nibbles =
                Elements.unpacked(bytes, new PackedCodes(List.of(480L), 4, 8, 0, List.of(1L), List.of(1, 0)));
        Elements spread = Elements.of(scales).spread(Spread.grid(SHAPE, List.of(4L, 8L)));
        Spread listed = new Spread(SHAPE, List.of(1L, 4L), List.of(1L, 20L), Optional.of(groups));
        return List.of(
                Elements.unpacked(along, new PackedCodes(SHAPE, 4, 32, 1, List.of(3L, 1L), order)),
                Elements.unpacked(across, new PackedCodes(SHAPE, 4, 32, 0, List.of(1L, 3L), order)),
                Elements.unpacked(stream, new PackedCodes(SHAPE, 3, 32, 1, List.of(1L, 20L), List.of())),
                Elements.unpacked(
                        random("e", DType.I32, 2, 24), new PackedCodes(SHAPE, 3, 32, 0, List.of(24L, 1L), List.of())),
                nibbles.through(table).times(spread),
                spread,
                Elements.of(byColumn).spread(listed),
                Elements.of(scales).spread(Spread.flat(480, 32)),
                nibbles.minus(Elements.constant(8)).over(Elements.constant(3)).plus(Elements.constant(1)));
    }

    /** Element (i, j) of a 20 × 24 array in blocks of 4 × 8 has the scale (i / 4, j / 8) of 5 × 3. */
    @Test
    void aGridSpreadsOverItsBlocks() throws IOException {
        double[] scales = IntStream.range(0, 15).mapToDouble(k -> k).toArray();
        StoredTensor stored = stored("s", TestTensor.f32(List.of(5L, 3L), scales));
        double[] values = read(Elements.of(stored).spread(Spread.grid(SHAPE, List.of(4L, 8L))), 0, 1, 480);
        for (int k = 0; k < 480; k++) {
            assertThat(values[k]).isEqualTo(k / 24 / 4 * 3 + k % 24 / 8);
        }
    }

    @Test
    void groupsThatDoNotExistAreNamed() throws IOException {
        StoredTensor groups = stored("l.g_idx", TestTensor.of(DType.I32, List.of(2L), 0, 4));
        StoredTensor scales = stored("s", TestTensor.gaussian(DType.F16, List.of(4L, 1L), 1));
        Elements spread = Elements.of(scales)
                .spread(new Spread(List.of(1L, 2L), List.of(1L, 4L), List.of(1L, 1L), Optional.of(groups)));
        assertThatThrownBy(spread::open)
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad group: l.g_idx.bin: l.g_idx puts column 1 into group 4.0 of 4; save or download the"
                        + " model again");
    }

    /** Digits decide between single and double: a half-precision scale times four bits fits, a single one does not. */
    @Test
    void productsKeepTheirDigits() throws IOException {
        StoredTensor codes = random("a", DType.U8, 2);
        PackedCodes packing = new PackedCodes(List.of(4L), 4, 8, 0, List.of(1L), List.of(0, 1));
        for (DType type : List.of(DType.F16, DType.F32)) {
            StoredTensor scale = stored("s" + type, TestTensor.of(type, List.of(), 0.1));
            Elements product = Elements.unpacked(codes, packing)
                    .minus(Elements.constant(8))
                    .times(Elements.of(scale).spread(Spread.all(List.of(4L))));
            DequantisedTensor tensor = new DequantisedTensor(
                    "w", "w", DType.I4, List.of(2L, 2L), "f", 2, Tensor.Orientation.UNKNOWN, product);
            try (Tensor.Values values = tensor.open()) {
                List<StridedBlock> blocks = values.matrix(Tensor.View.contiguous(2, 2));
                assertThat(blocks.get(0).type()).isEqualTo(type == DType.F16 ? ElementType.F32 : ElementType.F64);
                double[] exact = read(product, 0, 1, 4);
                assertThat(blocks.get(0).get(1, 0)).isEqualTo(exact[2]);
            }
            assertThat(product.inSingle().digits()).isLessThanOrEqualTo(24);
        }
    }

    private StoredTensor random(String name, DType type, long... shape) throws IOException {
        int count = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b) * TestTensor.width(type);
        byte[] data = new byte[count];
        new Random(name.hashCode()).nextBytes(data);
        return stored(
                name,
                new TestTensor(type, java.util.Arrays.stream(shape).boxed().toList(), data));
    }

    private StoredTensor stored(String name, TestTensor content) throws IOException {
        Path path = Files.write(directory.resolve(name + ".bin"), content.data());
        ByteSource source = MappedFile.open(path, name + ".bin");
        opened.add(source);
        return StoredTensor.plain(name, content.dtype(), content.shape(), source, 0, content.data().length);
    }

    private static double[] read(Elements elements, long index, long step, int count) throws IOException {
        double[] values = new double[count + 2];
        try (Elements.Reader reader = elements.open()) {
            reader.read(index, step, count, values, 1);
        }
        assertThat(values[0]).as("before the run").isZero();
        assertThat(values[count + 1]).as("after the run").isZero();
        return java.util.Arrays.copyOfRange(values, 1, count + 1);
    }
}
