package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.tensor.Tensor;

/** Open tensors of factors. */
final class FactorValues implements AutoCloseable {
    private final Map<Tensor, Tensor.Values> values = new IdentityHashMap<>();

    FactorValues(List<Tensor> tensors) throws IOException {
        try {
            for (Tensor tensor : tensors) {
                values.put(tensor, tensor.open());
            }
        } catch (IOException | RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** A factor's view, as stored. */
    List<StridedBlock> blocks(Factor factor) throws IOException {
        return Objects.requireNonNull(values.get(factor.tensor()), "factor is not open")
                .matrix(factor.view());
    }

    /** The factor row-major as doubles, turned if it is. */
    double[] dense(Factor factor) throws IOException {
        int rows = Math.toIntExact(factor.rows());
        int cols = Math.toIntExact(factor.cols());
        double[] dense = new double[Math.multiplyExact(rows, cols)];
        int first = 0;
        for (StridedBlock block : blocks(factor)) {
            for (int i = 0; i < block.rows(); i++) {
                for (int j = 0; j < block.cols(); j++) {
                    int at = factor.transposed() ? j * cols + first + i : (first + i) * cols + j;
                    dense[at] = block.get(i, j);
                }
            }
            first += block.rows();
        }
        return dense;
    }

    @Override
    public void close() {
        values.values().forEach(Tensor.Values::close);
        values.clear();
    }
}
