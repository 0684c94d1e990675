package org.lowrank.merge.prediction;

import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;

/**
 * How two task vectors Δ_A and Δ_B of one matrix lie to one another. Beside each number stands what unrelated task vectors of the
 * same shape and the same singular values show; which direction is good for the merged model is disputed, so none is judged.
 *
 * @param matrix which one
 * @param rows output dimension r
 * @param cols input dimension c
 * @param a the first model's
 * @param b the second's
 * @param angle cosine and signs; null where a task vector is zero
 * @param overlap of the leading directions; null where a task vector is zero
 * @param sum of the two as the recipe weighs them; null where a task vector is zero
 */
public record PairPrediction(
        MatrixId matrix,
        long rows,
        long cols,
        MatrixPart a,
        MatrixPart b,
        @Nullable Angle angle,
        @Nullable Overlap overlap,
        @Nullable WeightedSum sum) {
    /**
     * Element by element.
     *
     * @param cosine ⟨Δ_A, Δ_B⟩/(‖Δ_A‖_F ‖Δ_B‖_F)
     * @param randomCosine 1/√(rc): its standard deviation where one of the two is rotated at random
     * @param signConflict share of the elements that both change, in which they change in opposite directions
     * @param randomSignConflict 1/2
     */
    public record Angle(double cosine, double randomCosine, double signConflict, double randomSignConflict) {}

    /**
     * Of the leading k directions.
     *
     * @param directions k
     * @param rowOverlap √(mean cos²) of the principal angles between the right (input) spaces
     * @param randomRowOverlap √(k/c)
     * @param columnOverlap the same of the left (output) spaces
     * @param randomColumnOverlap √(k/r)
     * @param interference ‖(UᵀU − I) Σ (VᵀV − I)‖_1, the sum of magnitudes, with U = [U_A U_B], V = [V_A V_B] and Σ both
     *     singular values: singular task interference (Gargiulo et al., CVPR 2025)
     * @param randomInterference its mean for independent uniformly random directions with these singular values
     */
    public record Overlap(
            int directions,
            double rowOverlap,
            double randomRowOverlap,
            double columnOverlap,
            double randomColumnOverlap,
            double interference,
            double randomInterference) {}

    /**
     * ‖w_A Δ_A + w_B Δ_B‖_2.
     *
     * @param spectralNorm as it is
     * @param largest max(‖w_A Δ_A‖_2, ‖w_B Δ_B‖_2): what orthogonal directions give
     * @param together ‖w_A Δ_A‖_2 + ‖w_B Δ_B‖_2: the most there can be, where the leading directions agree
     * @param random with the rows and columns of Δ_B in random order and with random signs: the same singular values, unrelated
     */
    public record WeightedSum(double spectralNorm, double largest, double together, double random) {
        /** (‖sum‖ − largest)/(together − largest): 0 orthogonal, 1 constructive, below 0 cancelling. */
        public double constructive() {
            return together > largest ? (spectralNorm - largest) / (together - largest) : Double.NaN;
        }

        /** The same of the random one. */
        public double randomConstructive() {
            return together > largest ? (random - largest) / (together - largest) : Double.NaN;
        }
    }
}
