package org.lowrank.spectral.matrix;

import java.util.List;
import org.lowrank.machine.memory.StridedBlock;

/** How far apart two stored matrices are. */
public final class FrobeniusDistance {
    private FrobeniusDistance() {}

    /**
     * ‖B − A‖_F = (Σ (b_ij − a_ij)²)^½ for A, B of one shape [out, in], at least 0 and 0 only where they are equal. Each difference
     * is rounded once in double, squares are summed in double row by row: relative error below (rows + cols)·2⁻⁵³. Cost: one pass
     * over each, and no memory where both lie alike; where they do not, the difference is formed ({@link WeightDifference}).
     *
     * @param a stored as it lies
     * @param aTransposed stored as [in, out]
     * @param b stored as it lies
     * @param bTransposed stored as [in, out]
     * @throws IllegalArgumentException if the shapes differ once both are [out, in]
     */
    public static double of(StoredMatrix a, boolean aTransposed, StoredMatrix b, boolean bTransposed) {
        if (aTransposed == bTransposed && liesAlike(a, b)) {
            double squares = 0;
            for (int k = 0; k < a.blocks().size(); k++) {
                squares += squares(a.blocks().get(k), b.blocks().get(k));
            }
            return Math.sqrt(squares);
        }
        double squares = 0;
        StoredMatrix difference = WeightDifference.of(a, aTransposed, b, bTransposed);
        for (StridedBlock block : difference.blocks()) {
            double[] row = new double[block.cols()];
            for (int i = 0; i < block.rows(); i++) {
                block.row(i, row);
                squares += squares(row);
            }
        }
        return Math.sqrt(squares);
    }

    private static boolean liesAlike(StoredMatrix a, StoredMatrix b) {
        List<StridedBlock> ofA = a.blocks();
        List<StridedBlock> ofB = b.blocks();
        boolean alike = a.axis() == b.axis() && ofA.size() == ofB.size();
        for (int k = 0; alike && k < ofA.size(); k++) {
            alike = ofA.get(k).rows() == ofB.get(k).rows()
                    && ofA.get(k).cols() == ofB.get(k).cols();
        }
        return alike;
    }

    private static double squares(StridedBlock a, StridedBlock b) {
        double[] rowA = new double[a.cols()];
        double[] rowB = new double[a.cols()];
        double squares = 0;
        for (int i = 0; i < a.rows(); i++) {
            a.row(i, rowA);
            b.row(i, rowB);
            for (int j = 0; j < rowA.length; j++) {
                rowA[j] -= rowB[j];
            }
            squares += squares(rowA);
        }
        return squares;
    }

    private static double squares(double[] row) {
        double squares = 0;
        for (double entry : row) {
            squares += entry * entry;
        }
        return squares;
    }
}
