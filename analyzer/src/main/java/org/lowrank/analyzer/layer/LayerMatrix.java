package org.lowrank.analyzer.layer;

import java.util.List;
import org.lowrank.weights.tensor.Tensor;

/**
 * One matrix of one layer, with the tensors it is read from.
 *
 * @param id which one
 * @param rows output dimension
 * @param cols input dimension
 * @param parts stacked vertically in the [out, in] orientation: one for most, three for QKV
 * @param stackedFrom the matrices it is the vertical stack of (Q, K and V for QKV), empty for most
 */
public record LayerMatrix(MatrixId id, long rows, long cols, List<Part> parts, List<MatrixId> stackedFrom) {
    public LayerMatrix {
        parts = List.copyOf(parts);
        stackedFrom = List.copyOf(stackedFrom);
    }

    /** A matrix of its own. */
    public LayerMatrix(MatrixId id, long rows, long cols, List<Part> parts) {
        this(id, rows, cols, parts, List.of());
    }

    /** Encoder, decoder, text, vision…. */
    public String stack() {
        return id.stack();
    }

    /** From 0, {@link MatrixId#NO_LAYER} for none. */
    public int layer() {
        return id.layer();
    }

    /** As in the column {@code matrix}. */
    public String matrix() {
        return id.matrix();
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
