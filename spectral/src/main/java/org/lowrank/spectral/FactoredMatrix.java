package org.lowrank.spectral;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.lowrank.spectral.algebra.Factor;
import org.lowrank.spectral.algebra.TallQr;
import org.lowrank.spectral.kernel.Rounding;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Scaling;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * A matrix s·B·A given by its factors: a low-rank adapter's ΔW, an attention head's W_Qᵀ W_K. It is measured without being
 * formed: with B = Q_B R_B and Aᵀ = Q_A R_A, its singular values are those of the core s·R_B R_Aᵀ, of at most r × r.
 *
 * <p>Accuracy: every singular value to an absolute error of about max(m, n)·2⁻⁵³·|s|·Σ_j ‖b_j‖ ‖a_j‖ over the columns b_j of B and
 * the rows a_j of A, given as {@link SpectralMeasurement#singularValueFloor} with a margin of 8. That is the error of forming the
 * product in double too; it does not grow where a column of B is large and its row of A small in return. Cost: 2(m + n)r²
 * operations, a decomposition of r × r, and no memory beyond a few thousand rows of each factor.
 */
public final class FactoredMatrix {
    private final double scale;
    private final Factor b;
    private final Factor a;

    private FactoredMatrix(double scale, Factor b, Factor a) {
        this.scale = scale;
        this.b = b;
        this.a = a;
    }

    /**
     * The product s·B·A of shape m × n.
     *
     * @param scale s, finite
     * @param b m × r, or r × m where {@code bTransposed}
     * @param bTransposed B is stored as r × m
     * @param a r × n, or n × r where {@code aTransposed}
     * @param aTransposed A is stored as n × r
     * @throws IllegalArgumentException if the inner dimensions differ or the scale is not finite
     */
    public static FactoredMatrix of(
            double scale, StoredMatrix b, boolean bTransposed, StoredMatrix a, boolean aTransposed) {
        Factor left = new Factor(b, bTransposed);
        Factor right = new Factor(a, !aTransposed);
        if (left.rank() != right.rank()) {
            throw new IllegalArgumentException("no product of " + left.length() + " x " + left.rank() + " and "
                    + right.rank() + " x " + right.length());
        }
        if (!(Math.abs(scale) <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("the factor " + scale + " is not finite");
        }
        return new FactoredMatrix(scale, left, right);
    }

    /** m. */
    public int rows() {
        return b.length();
    }

    /** n. */
    public int cols() {
        return a.length();
    }

    /** r, the length of what B and A share: the rank is at most this. */
    public int innerDimension() {
        return b.rank();
    }

    /**
     * Norms, bounds and all min(r, m, n) singular values that can differ from zero, largest first. The zero matrix has norms 0.
     * The bounds are proven.
     *
     * @throws NonFiniteWeightException if an entry is NaN or infinite; blocks of A are counted after those of B
     */
    public SpectralMeasurement measure() {
        RowKernel kernel = RowKernel.fastest();
        double unitB = b.unit();
        double unitA = a.unit();
        Core core = Core.of(TallQr.triangle(b, unitB, kernel), TallQr.triangle(a, unitA, kernel), b.rank());
        checkFinite(core);
        int rank = b.rank();
        double[] values =
                Arrays.copyOf(SingularValues.of(core.entries, rank, rank), Math.min(rank, Math.min(rows(), cols())));
        double unit = Math.abs(scale) * unitB * unitA;
        double floor = Rounding.decomposition(rows(), cols()) * core.mass * unit;
        double frobenius = FrobeniusNorm.of(values) * unit;
        Sums.scale(values, unit);
        double norm = values[0];
        return new SpectralMeasurement(
                rows(),
                cols(),
                frobenius,
                norm,
                norm == 0 ? 0 : Math.max(0, norm - floor),
                norm == 0 ? 0 : norm + floor,
                0,
                values,
                norm == 0 ? 0 : floor,
                1,
                norm == 0 ? "zero matrix" : "from its factors: QR of each, decomposition of the core (EJML)");
    }

    private void checkFinite(Core core) {
        if (!core.finiteB) {
            throw b.firstNonFinite(0);
        }
        if (!core.finiteA) {
            throw a.firstNonFinite(b.matrix().blocks().size());
        }
    }

    /**
     * The k leading singular triplets: s·B·A ≈ Σ σ_i u_i v_iᵀ, the best approximation of rank k in both norms (Eckart and Young
     * 1936).
     *
     * @param k at least 1; fewer are given where the rank is less
     * @throws NonFiniteWeightException as {@link #measure}
     */
    public Triplets leading(int k) {
        RowKernel kernel = RowKernel.fastest();
        double unitB = b.unit();
        double unitA = a.unit();
        TallQr qrB = TallQr.whole(b, unitB, kernel);
        TallQr qrA = TallQr.whole(a, unitA, kernel);
        Core core = Core.of(qrB.triangle(), qrA.triangle(), b.rank());
        checkFinite(core);
        double size = Scaling.powerOfTwoNear(core.entries);
        if (size == 0 || scale == 0) {
            return new Triplets(new double[0], new double[0][], new double[0][]);
        }
        double[] scaled = core.entries.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= size;
        }
        SingularValueDecomposition_F64<DMatrixRMaj> svd =
                DecompositionFactory_DDRM.svd(b.rank(), b.rank(), true, true, true);
        if (!svd.decompose(DMatrixRMaj.wrap(b.rank(), b.rank(), scaled))) {
            throw new ArithmeticException("the singular value decomposition did not converge");
        }
        DMatrixRMaj u = svd.getU(null, false);
        DMatrixRMaj v = svd.getV(null, false);
        double[] values = svd.getSingularValues();
        int count = Math.min(b.rank(), Math.min(rows(), cols()));
        SingularOps_DDRM.descendingOrder(u, false, values, b.rank(), v, false);
        double unit = size * unitB * unitA * Math.abs(scale);
        double floor = Rounding.decomposition(rows(), cols()) * core.mass * unit;
        int kept = 0;
        while (kept < Math.min(k, count) && values[kept] * unit > floor) {
            kept++;
        }
        double[] leading = Arrays.copyOf(values, kept);
        Sums.scale(leading, unit);
        double[][] left = qrB.apply(columns(u, kept, Math.signum(scale)));
        double[][] right = qrA.apply(columns(v, kept, 1));
        return new Triplets(leading, left, right);
    }

    private static double[][] columns(DMatrixRMaj matrix, int count, double sign) {
        double[][] columns = new double[count][matrix.numRows];
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < matrix.numRows; i++) {
                columns[j][i] = sign * matrix.get(i, j);
            }
        }
        return columns;
    }

    /**
     * The singular values of B A for independent standard Gaussian factors of m × r and r × n, one draw: what an adapter of
     * that shape shows that has learned nothing. The triangular factors are drawn themselves (Bartlett 1933): normal above the
     * diagonal, χ with m − i degrees of freedom on it; above 100 degrees χ_k is drawn as √(k − ½) + z/√2 (relative error below
     * 1e-3).
     *
     * @param m rows, at least 1
     * @param n columns, at least 1
     * @param r inner dimension, from 1 to min(m, n)
     * @param seed of the draw
     */
    public static double[] ofRandomFactors(long m, long n, int r, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] b = randomTriangle(m, r, random);
        double[] a = randomTriangle(n, r, random);
        return SingularValues.of(Core.of(b, a, r).entries, r, r);
    }

    private static double[] randomTriangle(long length, int rank, SplittableRandom random) {
        double[] r = new double[rank * rank];
        for (int i = 0; i < rank; i++) {
            long degrees = Math.max(1, length - i);
            if (degrees > 100) {
                r[i * rank + i] = Math.sqrt(degrees - 0.5) + random.nextGaussian() / Math.sqrt(2);
            } else {
                double squares = 0;
                for (long k = 0; k < degrees; k++) {
                    double z = random.nextGaussian();
                    squares += z * z;
                }
                r[i * rank + i] = Math.sqrt(squares);
            }
            for (int j = i + 1; j < rank; j++) {
                r[i * rank + j] = random.nextGaussian();
            }
        }
        return r;
    }

    /**
     * Leading singular triplets.
     *
     * @param singularValues σ1 ≥ …, those that can be told from zero
     * @param left orthonormal vectors of length m
     * @param right orthonormal vectors of length n
     */
    public record Triplets(double[] singularValues, double[][] left, double[][] right) {}

    /**
     * R_B R_Aᵀ.
     *
     * @param mass Σ_j ‖b_j‖ ‖a_j‖
     */
    private record Core(double[] entries, double mass, boolean finiteB, boolean finiteA) {
        static Core of(double[] rb, double[] ra, int rank) {
            double[] entries = new double[rank * rank];
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    int from = Math.max(i, j); // both are upper triangular
                    entries[i * rank + j] = Sums.dot(rb, i * rank + from, ra, j * rank + from, rank - from);
                }
            }
            double[] normsB = norms(rb, rank);
            double[] normsA = norms(ra, rank);
            double mass = 0;
            for (int j = 0; j < rank; j++) {
                mass += normsB[j] * normsA[j];
            }
            return new Core(entries, mass, finite(normsB), finite(normsA));
        }

        private static double[] norms(double[] r, int rank) {
            double[] norms = new double[rank];
            for (int i = 0; i < r.length; i++) {
                norms[i % rank] += r[i] * r[i];
            }
            for (int j = 0; j < norms.length; j++) {
                norms[j] = Math.sqrt(norms[j]);
            }
            return norms;
        }

        private static boolean finite(double[] norms) {
            return Arrays.stream(norms).allMatch(norm -> norm <= Double.MAX_VALUE);
        }
    }
}
