package org.lowrank.merge.prediction;

import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.SpectralMeasurement;

/**
 * The task vector Δ of one matrix of one model.
 *
 * @param model as the user calls it
 * @param frobeniusNorm ‖Δ‖_F
 * @param spectralNorm ‖Δ‖_2
 * @param stableRank ‖Δ‖_F/‖Δ‖_2; null where nothing changed
 * @param weight the recipe's factor of Δ in the merge, λ and normalisation included
 */
public record MatrixPart(
        String model,
        double frobeniusNorm,
        double spectralNorm,
        @Nullable Double stableRank,
        double weight) {
    static MatrixPart of(String model, SpectralMeasurement measured, double weight) {
        Double rank = measured.stableRank().isPresent()
                ? (Double) measured.stableRank().getAsDouble()
                : null;
        return new MatrixPart(model, measured.frobeniusNorm(), measured.spectralNorm(), rank, weight);
    }
}
