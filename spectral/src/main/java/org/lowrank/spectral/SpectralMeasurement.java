package org.lowrank.spectral;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one r × c matrix A. 0 ≤ lower ≤ ‖A‖_2 as computed ≤ upper, and ‖A‖_2 ≤ ‖A‖_F up to rounding; all 0 for
 * the zero matrix.
 *
 * @param rows rows as stored
 * @param cols columns as stored
 * @param frobeniusNorm ‖A‖_F, relative error at most 1e-12
 * @param spectralNorm σ1, relative error at most the tolerance asked for
 * @param spectralNormLower proven not to exceed σ1
 * @param spectralNormUpper not below σ1, except with probability {@code upperFailureProbability}
 * @param upperFailureProbability over the random start; 0 where the upper bound is proven
 * @param singularValues all singular values, largest first, where asked for
 * @param singularValueFloor absolute error bound of the singular values, so that values below it have no correct digit
 * @param passes how often the weights were read
 * @param method how it was computed, for the report
 */
public record SpectralMeasurement(
        long rows,
        long cols,
        double frobeniusNorm,
        double spectralNorm,
        double spectralNormLower,
        double spectralNormUpper,
        double upperFailureProbability,
        double @Nullable [] singularValues,
        double singularValueFloor,
        int passes,
        String method) {

    /** The paper's stable rank ‖A‖_F / ‖A‖_2 in [1, √rank A]; empty for the zero matrix. */
    public OptionalDouble stableRank() {
        return StableRank.of(frobeniusNorm, spectralNorm);
    }
}
