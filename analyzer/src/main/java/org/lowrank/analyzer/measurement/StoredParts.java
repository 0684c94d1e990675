package org.lowrank.analyzer.measurement;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * What one call of the engine reads.
 *
 * @param matrices in the order of the task's parts
 * @param stackAxis along which they stack as stored
 */
record StoredParts(List<StoredMatrix> matrices, StoredMatrix.Axis stackAxis) {
    /** All of them as one matrix; null where one is itself stacked along the other axis. */
    @Nullable
    StoredMatrix stack() {
        boolean alike = matrices.stream()
                .allMatch(
                        matrix -> matrix.axis() == stackAxis || matrix.blocks().size() == 1);
        return alike
                ? new StoredMatrix(
                        matrices.stream()
                                .flatMap(matrix -> matrix.blocks().stream())
                                .toList(),
                        stackAxis)
                : null;
    }
}
