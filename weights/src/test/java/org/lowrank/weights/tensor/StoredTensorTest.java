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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.checkpoints.TestTensor;

/** Matrices inside tensors, whatever encoding, strides and buffer size lie between. */
class StoredTensorTest {
    @TempDir
    Path directory;

    /** Every view of random arrays in buffers of a few bytes equals the elements one by one. */
    @Test
    void viewsAreTheSameInBuffersOfAnySize() throws Exception {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            DType type = List.of(DType.F64, DType.F32, DType.F16, DType.BF16, DType.I8, DType.F8_E4M3)
                    .get(random.nextInt(6));
            List<Long> shape = List.of(1L + random.nextInt(3), 1L + random.nextInt(6), 1L + random.nextInt(7));
            Layout layout = layout(shape, random);
            int stored = (int) layout.extent(shape) + random.nextInt(3);
            double[] storage = random.ints(stored, -7, 8).asDoubleStream().toArray();
            Tensor.View view = view(shape, random);
            int buffer = 8 * (int) view.cols() + random.nextInt(200);
            try (ByteSource source = file(TestTensor.of(type, List.of((long) stored), storage))) {
                StoredTensor tensor = tensor(type, shape, source, layout);
                assertThat(read(tensor, view, buffer))
                        .as("round %s: %s of %s, %s in %s bytes", round, view, shape, layout, buffer)
                        .containsExactly(expected(storage, shape, layout, view));
            }
        }
    }

    @Test
    void plainRowsAreGivenInPlaceAndOthersDecoded() throws Exception {
        for (DType type : DType.values()) {
            if (!ScalarEncoding.exists(type)) {
                continue;
            }
            try (ByteSource source = file(TestTensor.of(type, List.of(2L, 2L), 1, 1, 1, 1))) {
                StoredTensor tensor = tensor(type, List.of(2L, 2L), source, Layout.contiguous(0, List.of(2L, 2L)));
                try (Tensor.Values values = tensor.open()) {
                    ElementType given =
                            values.matrix(Tensor.View.contiguous(2, 2)).get(0).type();
                    ElementType wanted = switch (type) {
                        case F64, I64, U64, I32, U32 -> ElementType.F64;
                        case F16 -> ElementType.F16;
                        case BF16 -> ElementType.BF16;
                        default -> ElementType.F32;
                    };
                    assertThat(given).as("%s", type).isEqualTo(wanted);
                }
            }
        }
    }

    @Test
    void viewsOutsideTheTensorAreRefused() throws Exception {
        List<Long> shape = List.of(2L, 3L);
        try (ByteSource source = file(TestTensor.f32(shape, 1, 2, 3, 4, 5, 6))) {
            Tensor.Values values = tensor(DType.F32, shape, source, Layout.contiguous(0, shape))
                    .open();
            for (Tensor.View view : List.of(
                    new Tensor.View(1, 2, 3, 3, 1),
                    new Tensor.View(-1, 1, 1, 1, 1),
                    new Tensor.View(0, 0, 3, 3, 1),
                    new Tensor.View(0, 2, 3, -1, 1),
                    new Tensor.View(0, Long.MAX_VALUE, 3, Long.MAX_VALUE, 1),
                    new Tensor.View(Long.MAX_VALUE, 2, 3, 3, 1))) {
                assertThatThrownBy(() -> values.matrix(view))
                        .as("%s", view)
                        .isInstanceOf(MalformedWeightsException.class);
            }
            assertThatThrownBy(() -> values.matrix(new Tensor.View(1, 2, 3, 3, 1)))
                    .hasMessage("matrix outside its tensor: tensor.bin: 2 x 3 at element 1 with strides 3 and 1 in w of"
                            + " shape [2, 3]; the config does not fit the weights");
            values.close();
        }
    }

    @Test
    void aRowLongerThanABufferIsRefused() throws Exception {
        List<Long> shape = List.of(1L, 100L);
        try (ByteSource source = file(TestTensor.gaussian(DType.F32, shape, 1))) {
            StoredTensor tensor = tensor(DType.F32, shape, source, Layout.contiguous(0, shape));
            assertThatThrownBy(() -> read(tensor, Tensor.View.contiguous(1, 100), 399))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage(
                            "row is too long: tensor.bin: w has rows of 100 elements; leave it out with --matrices or"
                                    + " --layers");
        }
    }

    @Test
    void aFileShortenedWhileOpenIsRefused() throws Exception {
        List<Long> shape = List.of(2L, 2L);
        try (ByteSource source = file(TestTensor.f32(shape, 1, 2, 3, 4))) {
            StoredTensor tensor = tensor(DType.F32, shape, source, Layout.contiguous(0, shape));
            Files.write(directory.resolve("tensor.bin"), new byte[7]);
            assertThatThrownBy(tensor::open)
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage(
                            "truncated file: tensor.bin: it was shortened to 7 bytes while being read; restore it and run"
                                    + " again");
        }
    }

    private ByteSource file(TestTensor content) throws IOException {
        Path path = Files.write(directory.resolve("tensor.bin"), content.data());
        return MappedFile.open(path, "tensor.bin");
    }

    private static StoredTensor tensor(DType type, List<Long> shape, ByteSource source, Layout layout) {
        return new StoredTensor(
                "w",
                type,
                shape,
                source.name(),
                source.size(),
                Optional.of(new StoredTensor.Storage(source, 0, ScalarEncoding.of(type), layout)),
                Tensor.Orientation.UNKNOWN);
    }

    /** Contiguous, with gaps, transposed or repeating. */
    private static Layout layout(List<Long> shape, Random random) {
        if (random.nextBoolean()) {
            return Layout.contiguous(random.nextInt(5), shape);
        }
        List<Long> strides = new ArrayList<>();
        shape.forEach(size -> strides.add((long) random.nextInt(9)));
        return new Layout(random.nextInt(5), strides);
    }

    /** A matrix of rows or columns somewhere inside. */
    private static Tensor.View view(List<Long> shape, Random random) {
        long count = shape.stream().reduce(1L, (a, b) -> a * b);
        long offset = random.nextInt((int) count);
        long left = count - 1 - offset;
        long rows = 1L + (left == 0 ? 0 : random.nextInt((int) left + 1));
        long rowStride = rows == 1 ? 0 : random.nextInt((int) (left / (rows - 1)) + 1);
        left -= (rows - 1) * rowStride;
        long cols = 1L + (left == 0 ? 0 : random.nextInt((int) left + 1));
        long colStride = cols == 1 ? 0 : random.nextInt((int) (left / (cols - 1)) + 1);
        return new Tensor.View(offset, rows, cols, rowStride, colStride);
    }

    private static double[] expected(double[] storage, List<Long> shape, Layout layout, Tensor.View view) {
        double[] values = new double[(int) (view.rows() * view.cols())];
        int at = 0;
        for (long i = 0; i < view.rows(); i++) {
            for (long j = 0; j < view.cols(); j++) {
                long index = view.offset() + i * view.rowStride() + j * view.colStride();
                long inner = index % shape.get(2);
                long middle = index / shape.get(2) % shape.get(1);
                long outer = index / shape.get(2) / shape.get(1);
                values[at++] = storage[
                        (int) (layout.offset()
                                + outer * layout.strides().get(0)
                                + middle * layout.strides().get(1)
                                + inner * layout.strides().get(2))];
            }
        }
        return values;
    }

    private static double[] read(StoredTensor tensor, Tensor.View view, int buffer) throws IOException {
        double[] values = new double[(int) (view.rows() * view.cols())];
        int at = 0;
        try (Tensor.Values opened = StoredValues.open(tensor, tensor.storage().orElseThrow(), buffer)) {
            for (StridedBlock block : opened.matrix(view)) {
                for (int i = 0; i < block.rows(); i++) {
                    for (int j = 0; j < block.cols(); j++) {
                        values[at++] = block.get(i, j);
                    }
                }
            }
        }
        return values;
    }
}
