package org.lowrank.weights.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;

class TurnedTensorTest {
    /** [[0, 1, 2], [3, 4, 5]], in two blocks of a row each. */
    private record Kernel(String name, Orientation orientation) implements Tensor {
        @Override
        public DType dtype() {
            return DType.F32;
        }

        @Override
        public List<Long> shape() {
            return List.of(2L, 3L);
        }

        @Override
        public String file() {
            return "model.onnx";
        }

        @Override
        public long storedBytes() {
            return 24;
        }

        @Override
        public Values open() {
            return new Values() {
                @Override
                public List<StridedBlock> matrix(View view) {
                    return List.of(row(0), row(3));
                }

                @Override
                public void close() {}
            };
        }

        private static StridedBlock row(float first) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(12).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 3; i++) {
                bytes.putFloat(4 * i, first + i);
            }
            return new StridedBlock(bytes, ElementType.F32, 1, 3, 3);
        }
    }

    @Test
    void aWeightStoredInOutIsItsTranspose() throws IOException {
        Tensor turned = TurnedTensor.asNamed(new Kernel("query.weight", Tensor.Orientation.IN_OUT));
        assertThat(turned.shape()).containsExactly(3L, 2L);
        assertThat(turned.orientation()).isEqualTo(Tensor.Orientation.OUT_IN);
        assertThat(values(turned, Tensor.View.contiguous(3, 2))).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(values(turned, new Tensor.View(2, 2, 2, 2, 1))).containsExactly(1, 4, 2, 5); // the last two rows
        assertThat(values(turned, new Tensor.View(1, 1, 4, 4, 1))).containsExactly(3, 1, 4, 2); // a run across rows
        assertThat(values(turned, new Tensor.View(0, 2, 3, 1, 2))).containsExactly(0, 1, 2, 3, 4, 5); // turned again
    }

    @Test
    void otherTensorsStayAsTheyAre() {
        for (Tensor tensor : List.of(
                new Kernel("query.weight", Tensor.Orientation.OUT_IN),
                new Kernel("query.weight", Tensor.Orientation.UNKNOWN),
                new Kernel("query/kernel", Tensor.Orientation.IN_OUT))) {
            assertThat(TurnedTensor.asNamed(tensor)).isSameAs(tensor);
        }
    }

    private static double[] values(Tensor tensor, Tensor.View view) throws IOException {
        try (Tensor.Values open = tensor.open()) {
            StridedBlock block = open.matrix(view).get(0);
            double[] values = new double[block.rows() * block.cols()];
            for (int i = 0; i < values.length; i++) {
                values[i] = block.get(i / block.cols(), i % block.cols());
            }
            return values;
        }
    }
}
