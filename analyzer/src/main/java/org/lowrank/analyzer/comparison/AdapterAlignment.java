package org.lowrank.analyzer.comparison;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.FactoredMatrix;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.WeightDifference;

/**
 * How an adapter's ΔW = s·B·A lies in its base W: whether B writes and A reads where the base's k leading directions are, beside
 * what independent random factors give. U_k and V_k are the base's leading left and right singular vectors.
 *
 * @param directions k
 * @param rank of ΔW, numerically
 * @param outputSpaceInBase ‖U_kᵀ Q_B‖_F²/r for an orthonormal basis Q_B of B's columns, in [0, 1]: the mean share of a direction of B
 *     that lies in the base's leading ones
 * @param randomOutputSpaceInBase k/m, the exact mean for a uniformly random space
 * @param inputSpaceInBase the same of A's rows and V_k
 * @param randomInputSpaceInBase k/n
 * @param outputEnergyInBase ‖U_kᵀ ΔW‖_F²/‖ΔW‖_F², the same weighted by how much ΔW does in each direction
 * @param inputEnergyInBase ‖ΔW V_k‖_F²/‖ΔW‖_F²
 * @param newDirections how many of the k leading left singular vectors of W + ΔW have a cosine below 0.5 with each of U_k.
 *     Intruder dimensions (Shuttleworth et al. 2024) are those with none at all of the base's vectors: at most so many
 * @param nullNewDirections the same with random Gaussian factors of the same shape and of ‖ΔW‖_F, one draw
 */
public record AdapterAlignment(
        int directions,
        int rank,
        double outputSpaceInBase,
        double randomOutputSpaceInBase,
        double inputSpaceInBase,
        double randomInputSpaceInBase,
        double outputEnergyInBase,
        double inputEnergyInBase,
        int newDirections,
        int nullNewDirections) {
    /** Below this cosine a direction counts as another one. */
    public static final double SAME_DIRECTION = 0.5;

    /** Finds the leading directions of a matrix. */
    @FunctionalInterface
    interface Leading {
        LeadingSubspace of(StoredMatrix matrix);
    }

    /**
     * Of one matrix.
     *
     * @param base W as stored
     * @param transposed W is stored as [in, out]
     * @param space W's leading directions
     * @param delta ΔW by its factors, not zero
     * @param leading for W + ΔW
     * @param seed of the random factors
     */
    static AdapterAlignment of(
            StoredMatrix base,
            boolean transposed,
            LeadingSubspace space,
            FactoredMatrix delta,
            Leading leading,
            long seed) {
        double[][] outputs = transposed ? space.right() : space.left();
        double[][] inputs = transposed ? space.left() : space.right();
        FactoredMatrix.Triplets triplets = delta.leading(delta.innerDimension());
        double[] values = triplets.singularValues();
        int k = outputs.length;
        int rank = values.length;
        Share output = Share.of(outputs, triplets.left(), values);
        Share input = Share.of(inputs, triplets.right(), values);
        double size = Math.sqrt(squares(values));
        int found = newDirections(outputs, merged(base, transposed, triplets), leading);
        FactoredMatrix.Triplets random = random(delta, size, seed);
        int none = newDirections(outputs, merged(base, transposed, random), leading);
        return new AdapterAlignment(
                k,
                rank,
                output.space,
                Math.min(1, k / (double) delta.rows()),
                input.space,
                Math.min(1, k / (double) delta.cols()),
                output.energy,
                input.energy,
                found,
                none);
    }

    private record Share(double space, double energy) {
        /** Mean and σ²-weighted mean of ‖U_kᵀ q_i‖² over orthonormal vectors q_i. */
        static Share of(double[][] basis, double[][] vectors, double[] values) {
            double space = 0;
            double energy = 0;
            for (int i = 0; i < vectors.length; i++) {
                double inside = 0;
                for (double[] direction : basis) {
                    double cosine = dot(direction, vectors[i]);
                    inside += cosine * cosine;
                }
                space += inside;
                energy += inside * values[i] * values[i];
            }
            return new Share(Math.min(1, space / Math.max(1, vectors.length)), Math.min(1, energy / squares(values)));
        }
    }

    /** W + Σ σ_i u_i v_iᵀ in double, [out, in]. */
    private static StoredMatrix merged(StoredMatrix base, boolean transposed, FactoredMatrix.Triplets triplets) {
        StoredMatrix sum = WeightDifference.inDouble(base, transposed);
        int rank = triplets.singularValues().length;
        double[] b = new double[sum.rows() * rank];
        double[] a = new double[sum.cols() * rank];
        for (int l = 0; l < rank; l++) {
            for (int i = 0; i < sum.rows(); i++) {
                b[i * rank + l] = -triplets.singularValues()[l] * triplets.left()[l][i];
            }
            System.arraycopy(triplets.right()[l], 0, a, l * sum.cols(), sum.cols());
        }
        WeightDifference.subtractProduct(sum, b, a, rank);
        return sum;
    }

    private static int newDirections(double[][] base, StoredMatrix merged, Leading leading) {
        int found = 0;
        for (double[] direction : leading.of(merged).left()) {
            double largest = 0;
            for (double[] own : base) {
                largest = Math.max(largest, Math.abs(dot(own, direction)));
            }
            found += largest < SAME_DIRECTION ? 1 : 0;
        }
        return found;
    }

    /** Gaussian factors of the same shapes, scaled to the same Frobenius norm. */
    private static FactoredMatrix.Triplets random(FactoredMatrix delta, double size, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int r = delta.innerDimension();
        StoredMatrix b = gaussian(delta.rows(), r, random);
        StoredMatrix a = gaussian(r, delta.cols(), random);
        double norm = FactoredMatrix.of(1, b, false, a, false).measure().frobeniusNorm();
        return FactoredMatrix.of(size / norm, b, false, a, false).leading(r);
    }

    private static StoredMatrix gaussian(int rows, int cols, SplittableRandom random) {
        ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(Math.multiplyExact(rows, cols), Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows * cols; i++) {
            data.putDouble(i * Double.BYTES, random.nextGaussian());
        }
        return new StoredMatrix(
                List.of(new StridedBlock(data, ElementType.F64, rows, cols, cols)), StoredMatrix.Axis.ROWS);
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static double squares(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return sum;
    }
}
