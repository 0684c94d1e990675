package org.lowrank.spectral;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.lowrank.spectral.kernel.Scaling;
import org.lowrank.spectral.kernel.Sums;

/** All singular values of a dense double matrix, by EJML's bidiagonalisation and implicit QR: the exact reference. */
public final class SingularValues {
    private SingularValues() {}

    /**
     * σ1 ≥ σ2 ≥ … ≥ 0 of an r × c matrix, min(r, c) values; all 0 for the zero matrix. Cost O(max(r, c)·min(r, c)²), and two
     * copies of the matrix. Accuracy: each to an absolute error of about max(r, c)·2⁻⁵²·σ1. The matrix is scaled by a power of
     * two first, so that no entry over- or underflows. Source: Golub and Van Loan, 8.6, as implemented by EJML.
     *
     * @param rowMajor r·c finite entries; not modified
     * @param rows r, at least 1
     * @param cols c, at least 1
     * @throws IllegalArgumentException if an entry is NaN or infinite or the length is not r·c
     * @throws ArithmeticException if the iteration does not converge
     */
    public static double[] of(double[] rowMajor, int rows, int cols) {
        if (rowMajor.length != Math.multiplyExact(rows, cols)) {
            throw new IllegalArgumentException(rowMajor.length + " entries are not " + rows + " x " + cols);
        }
        double scale = Scaling.powerOfTwoNear(rowMajor);
        if (scale == 0) {
            return new double[Math.min(rows, cols)];
        }
        double[] scaled = rowMajor.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= scale;
        }
        DMatrixRMaj matrix = DMatrixRMaj.wrap(rows, cols, scaled);
        SingularValueDecomposition_F64<DMatrixRMaj> svd = DecompositionFactory_DDRM.svd(rows, cols, false, false, true);
        if (!svd.decompose(matrix)) {
            throw new ArithmeticException("the singular value decomposition did not converge");
        }
        double[] values = Arrays.copyOf(svd.getSingularValues(), Math.min(rows, cols));
        Arrays.sort(values);
        for (int i = 0, j = values.length - 1; i < j; i++, j--) {
            double swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
        Sums.scale(values, scale);
        return values;
    }
}
