package org.lowrank.analyzer.layer;

import java.util.List;
import org.lowrank.weights.tensor.Tensor;

/**
 * One matrix of one layer, with the tensors it is read from.
 *
 * @param stack {@code encoder}, {@code decoder}, {@code text}, {@code vision}…
 * @param layer from 0
 * @param matrix Q, K, V, QKV, O, M1, M2 or GATE, with {@code cross:} before cross-attention ones and {@code :E<i>} for
 *     expert i
 * @param rows output dimension
 * @param cols input dimension
 * @param parts stacked vertically in the [out, in] orientation: one for most, three for QKV
 */
public record LayerMatrix(String stack, int layer, String matrix, long rows, long cols, List<Part> parts) {
    public LayerMatrix {
        parts = List.copyOf(parts);
    }

    /** Number of weights. */
    public long parameters() {
        return Math.multiplyExact(rows, cols);
    }

    /**
     * Rows of one tensor, in the order stored.
     *
     * @param tensor where they lie
     * @param views stacked along stored rows, or along stored columns if {@code transposed}; one for most, one per head
     *     for interleaved QKV
     * @param transposed the tensor is stored as [in, out]
     */
    public record Part(Tensor tensor, List<Tensor.View> views, boolean transposed) {
        public Part {
            views = List.copyOf(views);
        }
    }
}
