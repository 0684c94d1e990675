package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** Tensors of adapters as matrices and numbers. */
final class Shapes {
    private static final long MOST_EXPERTS = 1 << 16;

    private Shapes() {}

    /**
     * A [r, in], or a convolution's [r, in, kernel…] as [r, in·kernel…]; B [out, r], or [out, r, 1, 1].
     *
     * @param turned stored the other way round
     * @param b whether it is B
     */
    static Factor factor(Tensor tensor, String file, boolean turned, boolean b) throws MalformedWeightsException {
        List<Long> shape = tensor.shape();
        long rows = shape.isEmpty() ? 0 : shape.get(0);
        long cols = 1;
        for (long size : shape.subList(Math.min(1, shape.size()), shape.size())) {
            cols = Math.multiplyExact(cols, size);
        }
        boolean pointwise =
                shape.size() <= 2 || shape.subList(2, shape.size()).stream().allMatch(size -> size == 1);
        if (shape.size() < 2 || shape.size() > 5 || rows < 1 || cols < 1 || (b && !pointwise)) {
            throw new MalformedWeightsException("no factor: " + file + ": " + tensor.name() + " has shape " + shape
                    + (b && !pointwise ? ", a kernel of more than one point after the first" : "")
                    + "; merge the adapter into its base model");
        }
        return new Factor(tensor, Tensor.View.contiguous(rows, cols), turned);
    }

    /** Factors of all experts in one: A's rows are expert after expert, B's columns rank after rank. */
    static List<AdapterTarget> experts(String path, Product whole, long rank) throws MalformedWeightsException {
        long experts = whole.rank() / rank;
        Tensor.View a = whole.a().view();
        Tensor.View b = whole.b().view();
        if (experts > MOST_EXPERTS || whole.a().transposed() || whole.b().transposed()) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "too many experts: " + path + ": " + experts + " of rank " + rank
                            + "; the settings belong to another adapter");
        }
        List<AdapterTarget> targets = new ArrayList<>();
        for (int e = 0; e < experts; e++) {
            Tensor.View own = new Tensor.View(a.offset() + e * rank * a.rowStride(), rank, a.cols(), a.rowStride(), 1);
            Tensor.View every = new Tensor.View(b.offset() + e, b.rows(), rank, b.rowStride(), experts);
            targets.add(new AdapterTarget(
                    path,
                    e,
                    new Product(
                            whole.scale(),
                            new Factor(whole.b().tensor(), every, false),
                            new Factor(whole.a().tensor(), own, false)),
                    Optional.empty()));
        }
        return targets;
    }

    /** The only element of a tensor. */
    static double number(Tensor tensor, String file) throws IOException {
        long elements = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        double value = Double.NaN;
        if (elements == 1) {
            try (Tensor.Values values = tensor.open()) {
                StridedBlock block = values.matrix(Tensor.View.contiguous(1, 1)).get(0);
                value = block.get(0, 0);
            }
        }
        if (!(Math.abs(value) <= Double.MAX_VALUE)) {
            throw new MalformedWeightsException("no number: " + file + ": " + tensor.name() + " of shape "
                    + tensor.shape() + (elements == 1 ? " is " + value : "") + "; save or download the adapter again");
        }
        return value;
    }
}
