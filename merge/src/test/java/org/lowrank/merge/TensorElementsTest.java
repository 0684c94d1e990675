package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.CheckpointWriters;
import org.lowrank.weights.checkpoints.Format;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.tensor.DType;

/** Elements of tensors that are larger than what is read of a local file at a time. */
class TensorElementsTest {
    private static final long ROWS = 3;
    private static final long COLS = 90_001;

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "F16", "BF16", "I32"})
    void elementsAreTheStoredOnesWhereverReadingStarts(DType dtype) throws Exception {
        double[] values = write(dtype);
        try (OpenModel model = open();
                TensorElements elements = TensorElements.open(model.tensor("x").orElseThrow(), "model")) {
            for (int first : new int[] {0, 1, 200_000, 32_767, 65_535, 131_071, values.length - 70_000, 5}) {
                double[] read = new double[70_000];
                elements.read(first, read.length, read);
                assertThat(read).containsExactly(Arrays.copyOfRange(values, first, first + read.length));
            }
            double[] none = new double[2];
            assertThatThrownBy(() -> elements.read(values.length - 1, 2, none))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatIsNotFiniteIsNamedByItsPlaceInTheTensor() throws Exception {
        double[] values = new double[(int) (ROWS * COLS)];
        values[150_001] = Double.NaN;
        write(TestTensor.of(DType.F32, List.of(ROWS, COLS), values));
        try (OpenModel model = open();
                TensorElements elements = TensorElements.open(model.tensor("x").orElseThrow(), "model")) {
            assertThatThrownBy(() -> elements.read(140_000, 20_000, new double[20_000]))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageContaining("model: element 150001 of x in model.safetensors is NaN");
        }
    }

    @Test
    void aFileThatIsShortenedWhileItIsReadIsSaidToBe() throws Exception {
        write(DType.F32);
        try (OpenModel model = open();
                TensorElements elements = TensorElements.open(model.tensor("x").orElseThrow(), "model")) {
            try (RandomAccessFile file =
                    new RandomAccessFile(directory.resolve("model.safetensors").toFile(), "rw")) {
                file.setLength(500_000);
            }
            elements.read(0, 100, new double[100]);
            assertThatThrownBy(() -> elements.read(200_000, 100, new double[100]))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageContaining("truncated file: model.safetensors: it was shortened to 500000 bytes");
        }
    }

    private OpenModel open() throws Exception {
        return OpenModel.open(directory.toString(), SourceOptions.defaults());
    }

    /** Numbers that every type holds, and that differ from those a piece away. */
    private double[] write(DType dtype) throws Exception {
        double[] values = new double[(int) (ROWS * COLS)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 251 - 125;
        }
        write(TestTensor.of(dtype, List.of(ROWS, COLS), values));
        return values;
    }

    private void write(TestTensor tensor) throws Exception {
        CheckpointWriters.write(Format.SAFETENSORS, directory, Map.of("x", tensor));
        Files.writeString(directory.resolve("config.json"), "{}");
    }
}
