package org.lowrank.weights.adapter;

import org.lowrank.weights.tensor.Tensor;

/**
 * A factor of a product: a matrix inside a tensor, as it lies or turned.
 *
 * @param tensor that holds it
 * @param view as stored
 * @param transposed whether the factor is the transpose of what is stored
 */
public record Factor(Tensor tensor, Tensor.View view, boolean transposed) {
    /** Rows of the factor. */
    public long rows() {
        return transposed ? view.cols() : view.rows();
    }

    /** Columns of the factor. */
    public long cols() {
        return transposed ? view.rows() : view.cols();
    }

    /** The transpose of this factor. */
    public Factor turned() {
        return new Factor(tensor, view, !transposed);
    }

    /**
     * Some rows of the factor.
     *
     * @param first from 0
     * @param count at least 1
     */
    public Factor rows(long first, long count) {
        Tensor.View part = transposed
                ? new Tensor.View(
                        view.offset() + first * view.colStride(),
                        view.rows(),
                        count,
                        view.rowStride(),
                        view.colStride())
                : new Tensor.View(
                        view.offset() + first * view.rowStride(),
                        count,
                        view.cols(),
                        view.rowStride(),
                        view.colStride());
        return new Factor(tensor, part, transposed);
    }
}
