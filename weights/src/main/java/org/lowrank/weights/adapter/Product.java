package org.lowrank.weights.adapter;

import java.util.List;
import org.lowrank.weights.tensor.Tensor;

/**
 * s·B·A, a matrix of m × n of rank at most r that is never formed on disk: what an adapter adds to a weight, or an attention
 * head's W_Qᵀ W_K.
 *
 * @param scale s
 * @param b m × r
 * @param a r × n
 */
public record Product(double scale, Factor b, Factor a) {
    /**
     * Checks that the factors fit.
     *
     * @throws IllegalArgumentException if B's columns are not as many as A's rows
     */
    public Product {
        if (b.cols() != a.rows()) {
            throw new IllegalArgumentException(
                    "no product of " + b.rows() + " x " + b.cols() + " and " + a.rows() + " x " + a.cols());
        }
    }

    /** m. */
    public long rows() {
        return b.rows();
    }

    /** n. */
    public long cols() {
        return a.cols();
    }

    /** r. */
    public long rank() {
        return b.cols();
    }

    /** The tensors of B and A. */
    public List<Tensor> tensors() {
        return b.tensor() == a.tensor() ? List.of(b.tensor()) : List.of(b.tensor(), a.tensor());
    }

    /** The transpose, s·Aᵀ·Bᵀ. */
    public Product turned() {
        return new Product(scale, a.turned(), b.turned());
    }
}
