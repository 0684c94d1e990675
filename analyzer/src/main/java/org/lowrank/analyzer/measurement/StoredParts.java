package org.lowrank.analyzer.measurement;

import java.util.List;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * What one call of the engine reads.
 *
 * @param matrices in the order of the task's parts
 * @param stackAxis along which they stack as stored
 */
record StoredParts(List<StoredMatrix> matrices, StoredMatrix.Axis stackAxis) {}
