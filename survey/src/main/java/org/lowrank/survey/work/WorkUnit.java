package org.lowrank.survey.work;

import java.io.Serializable;
import java.util.List;
import org.lowrank.analyzer.layer.MatrixId;

/**
 * Some matrices of one model, to be measured on any machine that reaches the model: text and numbers only, so that it travels.
 * Matrices that share tensors are in one unit, which is why a row does not depend on how a model is divided.
 *
 * @param reference what to open, at the commit it was planned for where the model is on the Hub
 * @param name what the model is called in results
 * @param identity of the whole model's measurement when it was planned; equal ones mean equal rows. Empty where the content cannot
 *     be told from another's
 * @param number from 0
 * @param count units of this model
 * @param matrices in the order of rows
 * @param bytes of the tensors that are read
 * @param memory how many bytes measuring it on one thread takes at most, by {@link MemoryNeed}
 */
public record WorkUnit(
        String reference,
        String name,
        String identity,
        int number,
        int count,
        List<Key> matrices,
        long bytes,
        long memory)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    public WorkUnit {
        matrices = List.copyOf(matrices);
    }

    /** The columns that name a matrix within its model; {@code layer} is −1 where there is none. */
    public record Key(String stack, int layer, String matrix) implements Serializable {
        private static final long serialVersionUID = 1L;

        static Key of(MatrixId id) {
            return new Key(id.stack(), id.layer(), id.matrix());
        }
    }
}
