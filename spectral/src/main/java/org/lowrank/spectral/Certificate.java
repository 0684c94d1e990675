package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.DoubleBuffer;
import java.util.OptionalDouble;
import org.lowrank.spectral.StoredMatrix.Axis;

/**
 * A proof that no eigenvalue of B = AᵀA (or AAᵀ, whichever is smaller, of side n) exceeds a bound: the Cholesky
 * factorisation of τI − B in double runs through.
 *
 * <p>With u = 2⁻⁵³ and γ_k = ku/(1 − ku), B is summed from slabs of 256 rows, so that what is computed is off by at most
 * γ_(256+slabs) ‖A‖²_F in norm (Higham, Accuracy and Stability, 3.5); τ − b_ii adds uτ; a Cholesky factorisation that ends
 * has RᵀR = M + ΔM with ‖ΔM‖ ≤ γ_(n+1)/(1 − γ_(n+1)) tr M (Higham, theorem 10.3; Rump, BIT 2006). Their sum, added to τ,
 * bounds the largest eigenvalue of the stored matrix with no probability involved.
 */
final class Certificate {
    private static final int SLAB = 256;
    private static final double UNIT = 0x1p-53;

    private Certificate() {}

    /**
     * A proven upper bound of σ1, in units of {@code operand.unit()}; empty where the proof does not go through.
     *
     * @param eigenvalue a Ritz value at most a rounding error above σ1², in those units squared
     * @param tolerance how far above σ1 the bound is tried, relative
     */
    static OptionalDouble upperBound(NativeAlgebra algebra, Operand operand, double eigenvalue, double tolerance) {
        int n = operand.shortSide();
        long depth = Math.max(operand.rows(), operand.cols());
        double squared = operand.frobeniusNorm() / operand.unit();
        squared *= squared * (1 + 1e-11);
        double threshold = eigenvalue * (1 + tolerance) * (1 + tolerance);
        try (NDManager manager = algebra.manager(Device.cpu())) {
            NDArray shifted = gram(manager, operand, n);
            shifted.negi();
            try (NDArray shift = manager.eye(n, n, 0, ai.djl.ndarray.types.DataType.FLOAT64)) {
                shift.muli(threshold);
                shifted.addi(shift);
            }
            if (!algebra.choleskySucceeds(shifted)) {
                return OptionalDouble.empty();
            }
        }
        double slabs = Math.ceil((double) depth / SLAB) + 4.0 * operand.parts().size();
        double gram = gamma(SLAB + slabs + 1) * squared;
        double cholesky = gamma(n + 2) / (1 - gamma(n + 2)) * n * threshold;
        double bound = threshold * (1 + 4 * UNIT) + gram * (1 + 1e-9) + cholesky * (1 + 1e-9);
        return OptionalDouble.of(Math.sqrt(bound) * (1 + 4 * UNIT));
    }

    private static double gamma(double k) {
        return k * UNIT / (1 - k * UNIT);
    }

    /** AᵀA or AAᵀ, n × n, slab by slab along the long side. */
    private static NDArray gram(NDManager manager, Operand operand, int n) {
        NDArray sum = manager.zeros(new ai.djl.ndarray.types.Shape(n, n), ai.djl.ndarray.types.DataType.FLOAT64);
        boolean tall = operand.cols() <= operand.rows();
        int depth = tall ? operand.rows() : operand.cols();
        DoubleBuffer buffer = NativeAlgebra.buffer((long) SLAB * n);
        double[] line = new double[tall ? n : SLAB];
        for (int from = 0; from < depth; from += SLAB) {
            int count = Math.min(SLAB, depth - from);
            DoubleBuffer entries = count == SLAB ? buffer : NativeAlgebra.buffer((long) count * n);
            entries.clear();
            if (tall) {
                for (int i = 0; i < count; i++) {
                    decode(operand, from + i, 0, n, line);
                    entries.put(line, 0, n);
                }
            } else {
                for (int i = 0; i < n; i++) {
                    decode(operand, i, from, count, line);
                    entries.put(line, 0, count);
                }
            }
            entries.clear();
            try (NDArray slab = NativeAlgebra.array(manager, entries, tall ? count : n, tall ? n : count);
                    NDArray transposed = slab.transpose();
                    NDArray product = tall ? transposed.matMul(slab) : slab.matMul(transposed)) {
                sum.addi(product);
            }
        }
        return sum;
    }

    /** Elements [from, from + count) of a row of the stack, in the operand's unit. */
    static void decode(Operand operand, int row, int from, int count, double[] to) {
        int rowOffset = 0;
        int colOffset = 0;
        double unit = operand.unit();
        for (PackedMatrix part : operand.parts()) {
            boolean along = operand.axis() == Axis.ROWS;
            int local = along ? row - rowOffset : row;
            int first = along ? from : Math.max(0, from - colOffset);
            int last = along ? from + count : Math.min(part.cols, from + count - colOffset);
            if (local >= 0 && local < part.rows && first < last) {
                int at = along ? 0 : colOffset + first - from;
                part.decode(part.chunk(local), part.offset(local) + first, to, at, last - first);
                double factor = part.scale / unit;
                if (factor != 1) {
                    for (int j = 0; j < last - first; j++) {
                        to[at + j] *= factor;
                    }
                }
            }
            if (along) {
                rowOffset += part.rows;
            } else {
                colOffset += part.cols;
            }
        }
    }
}
