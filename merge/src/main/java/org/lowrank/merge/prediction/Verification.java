package org.lowrank.merge.prediction;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;

/**
 * What came out of a merge in one matrix: Δ = θ_merged − θ0 as written to disk, against its parts and against the plain weighted
 * sum of task vectors.
 *
 * @param matrix which one
 * @param frobeniusNorm ‖Δ‖_F
 * @param spectralNorm ‖Δ‖_2
 * @param stableRank ‖Δ‖_F/‖Δ‖_2; null where nothing changed
 * @param predictedSpectralNorm ‖Σ w_m Δ_m‖_2, what task arithmetic of the same weights gives
 * @param parts of each model: how much of its task vector is in Δ
 */
public record Verification(
        MatrixId matrix,
        double frobeniusNorm,
        double spectralNorm,
        @Nullable Double stableRank,
        double predictedSpectralNorm,
        List<Retained> parts) {
    public Verification {
        parts = List.copyOf(parts);
    }

    /**
     * A model's task vector Δ_m in the merged one.
     *
     * @param model as the user calls it
     * @param spectralNorm ‖Δ_m‖_2
     * @param retained ⟨Δ, Δ_m⟩/‖Δ_m‖_F²: 1 where it is in Δ as it was; null where it is zero
     * @param cosine ⟨Δ, Δ_m⟩/(‖Δ‖_F ‖Δ_m‖_F); null where one is zero
     */
    public record Retained(
            String model,
            double spectralNorm,
            @Nullable Double retained,
            @Nullable Double cosine) {}
}
