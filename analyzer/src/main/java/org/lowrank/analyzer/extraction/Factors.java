package org.lowrank.analyzer.extraction;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.matrix.StoredMatrix;

/**
 * B and A of U_k Σ_k V_kᵀ = (U_k √Σ_k)(√Σ_k V_kᵀ), rounded to F32.
 *
 * @param b m × k, row by row
 * @param a k × n, row by row
 * @param rank k
 */
record Factors(double[] b, double[] a, int rank) {
    static Factors of(double[] values, double[][] left, double[][] right, int rank) {
        int m = left[0].length;
        int n = right[0].length;
        double[] b = new double[Math.multiplyExact(m, rank)];
        double[] a = new double[Math.multiplyExact(n, rank)];
        for (int k = 0; k < rank; k++) {
            double root = Math.sqrt(values[k]);
            for (int i = 0; i < m; i++) {
                b[i * rank + k] = (float) (root * left[k][i]);
            }
            for (int j = 0; j < n; j++) {
                a[k * n + j] = (float) (root * right[k][j]);
            }
        }
        return new Factors(b, a, rank);
    }

    int rows() {
        return b.length / rank;
    }

    int cols() {
        return a.length / rank;
    }

    /** Doubles as a stored matrix. */
    static StoredMatrix stored(double[] entries, int rows, int cols) {
        ByteBuffer data = ByteBuffer.allocateDirect(Math.multiplyExact(entries.length, Double.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        data.asDoubleBuffer().put(entries);
        return new StoredMatrix(
                List.of(new StridedBlock(data, ElementType.F64, rows, cols, cols)), StoredMatrix.Axis.ROWS);
    }
}
