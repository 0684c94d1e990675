package org.lowrank.analyzer.comparison;

import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.PrincipalAngles;

/**
 * How far the leading row and column spaces of two matrices overlap. The row space is where a matrix reads its input (right
 * singular vectors), the column space where it writes its output (left ones). Overlap is √(mean cos²θ) over the principal
 * angles θ, 1 for equal spaces and √(k/d) for independent random ones.
 *
 * @param directions k: what was asked for, less where a matrix has lower rank
 * @param rowSpaceCosines cosines of the principal angles, from the largest
 * @param columnSpaceCosines the same of the column spaces
 * @param rowSpaceOverlap √(mean cos²θ)
 * @param columnSpaceOverlap √(mean cos²θ)
 * @param randomRowSpaceOverlap √(k/cols)
 * @param randomColumnSpaceOverlap √(k/rows)
 * @param relativeGapA (σ_k − σ_{k+1})/σ_k of A
 * @param relativeGapB of B
 * @param angleErrorA bound of the sine of the angle between A's computed and true row space
 * @param angleErrorB of B
 * @param illDefined a gap is below 0.1 % or an angle error above 1e-3: another choice of k would give another space
 */
public record SubspaceOverlap(
        int directions,
        double[] rowSpaceCosines,
        double[] columnSpaceCosines,
        double rowSpaceOverlap,
        double columnSpaceOverlap,
        double randomRowSpaceOverlap,
        double randomColumnSpaceOverlap,
        double relativeGapA,
        double relativeGapB,
        double angleErrorA,
        double angleErrorB,
        boolean illDefined) {
    /** Above this bound of the angle error a space counts as not found. */
    static final double LARGE_ANGLE_ERROR = 1e-3;

    /**
     * Of two stored matrices of one shape.
     *
     * @param aTransposed A is stored as [in, out]
     * @param bTransposed B is stored as [in, out]
     */
    static SubspaceOverlap of(LeadingSubspace a, boolean aTransposed, LeadingSubspace b, boolean bTransposed) {
        PrincipalAngles rowSpaces =
                PrincipalAngles.between(aTransposed ? a.left() : a.right(), bTransposed ? b.left() : b.right());
        PrincipalAngles columnSpaces =
                PrincipalAngles.between(aTransposed ? a.right() : a.left(), bTransposed ? b.right() : b.left());
        int k = Math.min(a.dimension(), b.dimension());
        return new SubspaceOverlap(
                k,
                rowSpaces.cosines(),
                columnSpaces.cosines(),
                rowSpaces.overlap(),
                columnSpaces.overlap(),
                PrincipalAngles.randomOverlap(k, aTransposed ? a.rows() : a.cols()),
                PrincipalAngles.randomOverlap(k, aTransposed ? a.cols() : a.rows()),
                a.relativeGap(),
                b.relativeGap(),
                a.angleError(),
                b.angleError(),
                a.illDefined() || b.illDefined() || Math.max(a.angleError(), b.angleError()) > LARGE_ANGLE_ERROR);
    }
}
