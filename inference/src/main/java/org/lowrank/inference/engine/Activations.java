package org.lowrank.inference.engine;

import java.util.List;
import org.lowrank.machine.memory.StridedBlock;

/**
 * Activations of one place, over all tokens of all sequences in their order (of an expert: over the tokens that went to it).
 *
 * @param layer from 0; −1 for the embedding, the number of layers for what the head reads
 * @param input the place
 * @param width numbers a token
 * @param rows tokens × width as blocks below one another, float32; valid until {@link ActivationListener#observed} returns
 */
public record Activations(int layer, Input input, int width, List<StridedBlock> rows) {
    /** Number of tokens. */
    public long tokens() {
        return rows.stream().mapToLong(StridedBlock::rows).sum();
    }
}
