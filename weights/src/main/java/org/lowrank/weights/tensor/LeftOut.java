package org.lowrank.weights.tensor;

import java.util.List;

/**
 * A tensor that lies in the files read but is not among the checkpoint's, for instance the running average of the weights
 * that training keeps beside them.
 *
 * @param name its path in the file
 * @param reason why, in words
 */
public record LeftOut(String name, DType dtype, List<Long> shape, String reason) {
    public LeftOut {
        shape = List.copyOf(shape);
    }
}
