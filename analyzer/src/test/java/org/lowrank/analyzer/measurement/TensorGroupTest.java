package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/** What is opened together and measured in one call: TensorGroup, OpenGroup, and where a weight that is no number lies. */
class TensorGroupTest {
    private final AtomicInteger open = new AtomicInteger();

    private Tensor tensor(String name, double... values) {
        return new Made(name, values, open, false);
    }

    private record Made(String name, double[] numbers, AtomicInteger opened, boolean fails) implements Tensor {
        @Override
        public DType dtype() {
            return DType.F64;
        }

        @Override
        public List<Long> shape() {
            return List.of(2L, numbers.length / 2L);
        }

        @Override
        public String file() {
            return "model.safetensors";
        }

        @Override
        public long storedBytes() {
            return 8L * numbers.length;
        }

        @Override
        public Values open() throws IOException {
            if (fails) {
                throw new IOException("cannot open " + name);
            }
            opened.incrementAndGet();
            return new Values() {
                @Override
                public List<StridedBlock> matrix(View view) {
                    ByteBuffer bytes =
                            ByteBuffer.allocateDirect(8 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
                    bytes.asDoubleBuffer().put(numbers);
                    ByteBuffer rows = bytes.slice((int) (8 * view.offset()), (int) (8 * view.rows() * view.cols()));
                    return List.of(new StridedBlock(
                            rows, ElementType.F64, (int) view.rows(), (int) view.cols(), (int) view.cols()));
                }

                @Override
                public void close() {
                    opened.decrementAndGet();
                }
            };
        }
    }

    private static LayerMatrix matrix(MatrixKind kind, int layer, Tensor tensor, boolean transposed) {
        LayerMatrix.Part part = new LayerMatrix.Part(tensor, List.of(Tensor.View.contiguous(2, 2)), transposed);
        return new LayerMatrix(MatrixId.of("encoder", layer, kind), 2, 2, List.of(part));
    }

    private static LayerMatrix stack(LayerMatrix q, LayerMatrix k, LayerMatrix v) {
        return new LayerMatrix(
                q.id().with(MatrixKind.QKV),
                6,
                2,
                List.of(q.parts().get(0), k.parts().get(0), v.parts().get(0)),
                List.of(q.id(), k.id(), v.id()));
    }

    @Test
    void whatIsStackedIsMeasuredWithItsPartsInOneTask() {
        LayerMatrix q = matrix(MatrixKind.Q, 0, tensor("q", 1, 2, 3, 4), false);
        LayerMatrix k = matrix(MatrixKind.K, 0, tensor("k", 1, 2, 3, 4), false);
        LayerMatrix v = matrix(MatrixKind.V, 0, tensor("v", 1, 2, 3, 4), false);
        LayerMatrix qkv = stack(q, k, v);
        LayerMatrix o = matrix(MatrixKind.O, 0, tensor("o", 1, 2, 3, 4), false);
        List<TensorGroup> groups = TensorGroup.of(List.of(q, k, v, qkv, o));
        assertThat(groups).hasSize(2);
        assertThat(groups.get(0).tasks()).containsExactly(new TensorGroup.Task(List.of(q, k, v), qkv));
        assertThat(groups.get(1).tasks()).containsExactly(new TensorGroup.Task(List.of(o), null));
    }

    /** With --matrices QKV alone the parts are not selected, so that the stack is a matrix of its own. */
    @Test
    void aStackWithoutItsPartsIsATaskOfItsOwn() {
        LayerMatrix q = matrix(MatrixKind.Q, 0, tensor("q", 1, 2, 3, 4), false);
        LayerMatrix qkv = stack(q, q, q);
        assertThat(TensorGroup.of(List.of(qkv)).get(0).tasks())
                .containsExactly(new TensorGroup.Task(List.of(qkv), null));
    }

    @Test
    void matricesOfOneTensorShareAGroupAndItIsOpenedOnce() throws Exception {
        Tensor shared = tensor("experts", 1, 2, 3, 4);
        List<LayerMatrix> experts = List.of(
                matrix(MatrixKind.M1, 0, shared, false),
                matrix(MatrixKind.M2, 0, shared, false),
                matrix(MatrixKind.GATE, 0, shared, false));
        List<TensorGroup> groups = TensorGroup.of(experts);
        assertThat(groups).hasSize(1);
        assertThat(groups.get(0).tensors()).containsExactly(shared);
        OpenGroup opened = OpenGroup.open(groups.get(0));
        assertThat(open).hasValue(1);
        opened.taskDone();
        opened.taskDone();
        assertThat(open).as("two of three tasks are done").hasValue(1);
        opened.taskDone();
        assertThat(open).as("closed with the last").hasValue(0);
    }

    @Test
    void aGroupIsOpenedWholeOrNotAtAll() {
        TensorGroup group = TensorGroup.together(List.of(
                matrix(MatrixKind.Q, 0, tensor("q", 1, 2, 3, 4), false),
                matrix(MatrixKind.K, 0, new Made("k", new double[4], open, true), false)));
        assertThatThrownBy(() -> OpenGroup.open(group)).hasMessage("cannot open k");
        assertThat(open).hasValue(0);
    }

    @Test
    void partsStoredInDifferentOrientationsDoNotStack() throws Exception {
        LayerMatrix q = matrix(MatrixKind.Q, 0, tensor("q", 1, 2, 3, 4), false);
        LayerMatrix k = matrix(MatrixKind.K, 0, tensor("k", 1, 2, 3, 4), true);
        LayerMatrix v = matrix(MatrixKind.V, 0, tensor("v", 1, 2, 3, 4), false);
        LayerMatrix qkv = stack(q, k, v);
        TensorGroup group = TensorGroup.together(List.of(q, k, v, qkv));
        try (OpenGroup opened = OpenGroup.open(group)) {
            assertThatThrownBy(() -> opened.stored(group.tasks().get(0)))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessageStartingWith("mixed orientations: encoder layer 0: K is stored as [in, out]");
        }
    }

    @Test
    void aWeightThatIsNoNumberIsNamedByTensorAndIndex() throws Exception {
        LayerMatrix q = matrix(MatrixKind.Q, 0, tensor("q", 1, 2, 3, 4), false);
        LayerMatrix k = matrix(MatrixKind.K, 0, tensor("k.weight", 1, 2, Double.NEGATIVE_INFINITY, 4), false);
        TensorGroup group = TensorGroup.together(List.of(q, k));
        TensorGroup.Task both = new TensorGroup.Task(List.of(q, k), null);
        try (OpenGroup opened = OpenGroup.open(group)) {
            assertThat(NonFiniteWeights.locate(both, opened, new NonFiniteWeightException(0, 0, 0, Double.NaN)))
                    .hasMessage(
                            "non-finite weight: k.weight in model.safetensors: element [1, 0] is -Infinity; no norm is"
                                    + " defined, look for a repaired copy of the weights");
        }
    }
}
