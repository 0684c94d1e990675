package org.lowrank.analyzer.extraction;

import java.util.List;

/**
 * What an extraction gave.
 *
 * @param goal what was asked for
 * @param base the model the adapter is for
 * @param matrices what was written of each, in the order of their layers
 * @param leftOut weights that are not in the adapter, with the reason
 * @param fanInFanOut whether the base's weights lie as [in, out]
 */
public record Extraction(
        ExtractionGoal goal, String base, List<ExtractedMatrix> matrices, List<LeftOut> leftOut, boolean fanInFanOut) {
    public Extraction {
        matrices = List.copyOf(matrices);
        leftOut = List.copyOf(leftOut);
    }

    /** A weight that is not in the adapter. */
    public record LeftOut(String name, String reason) {}

    /** Modules in the adapter. */
    public long written() {
        return matrices.stream().filter(matrix -> matrix.rank() > 0).count();
    }
}
