package org.lowrank.spectral.algebra;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.IdentityHashMap;
import java.util.Map;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/**
 * G = AᵀA or AAᵀ, whichever is smaller, by native products; only the lower triangle is computed. Where parts and their stack
 * are measured, the stack's G is the sum of theirs.
 *
 * <p>Summed slab by slab along the long side, so that |G − fl(G)| ≤ γ_k |A|ᵀ|A| with k = the height of a slab + the number of
 * slabs (Higham, Accuracy and Stability, 3.5), which is at most γ_k ‖A‖²_F in norm. In double that is about 1e-13 ‖A‖²_F. In
 * single precision, for matrices stored in no more, it is about 2e-5 ‖A‖²_F and takes half the time. That
 * the native products round to IEEE single is PyTorch's default on processors; options that trade it for speed, such as oneDNN's
 * {@code DNNL_DEFAULT_FPMATH_MODE}, would void the bound.
 */
public final class NativeGram implements AutoCloseable {
    private static final int SLAB = 1024;
    /** Height of a slab in single precision, where rounding matters more than speed. */
    private static final int SINGLE_SLAB = 256;
    /** Elements of a slab, at most: 64 MB. */
    private static final int SLAB_ELEMENTS = 1 << 23;
    /** The triangle is computed in this many strips of rows: 5/8 of the square's work. */
    private static final int STRIPS = 4;

    private static final double UNIT = 0x1p-53;
    private static final double SINGLE_UNIT = 0x1p-24;

    private final NativeAlgebra algebra;
    private final boolean single;
    private final NDManager manager;
    private final Map<PackedMatrix, NDArray> partGrams = new IdentityHashMap<>();

    private NativeGram(NativeAlgebra algebra, boolean single) {
        this.algebra = algebra;
        this.single = single;
        this.manager = algebra.manager(Device.cpu());
    }

    /** Products in double. */
    public static NativeGram exact(NativeAlgebra algebra) {
        return new NativeGram(algebra, false);
    }

    /** Products in single precision, for operands whose elements a float holds. */
    public static NativeGram single(NativeAlgebra algebra) {
        return new NativeGram(algebra, true);
    }

    public NativeAlgebra algebra() {
        return algebra;
    }

    /** γ_k = ku/(1 − ku). */
    public static double gamma(double k) {
        return gamma(k, UNIT);
    }

    private static double gamma(double k, double unit) {
        return k * unit / (1 - k * unit);
    }

    /** Bound of the norm of fl(G) − G relative to ‖A‖²_F. */
    public double error(Operand operand) {
        double depth = Math.max(operand.rows(), operand.cols());
        int slab = slab(operand.shortSide());
        double terms = slab + Math.ceil(depth / slab) + 8.0 * operand.parts().size();
        return gamma(terms, single ? SINGLE_UNIT : UNIT) * (1 + 1e-9);
    }

    private int slab(int n) {
        return Math.max(64, Math.min(single ? SINGLE_SLAB : SLAB, SLAB_ELEMENTS / n));
    }

    /** G in units of the operand's unit squared, upper triangle meaningless; belongs to the caller. */
    public NDArray of(Operand operand) {
        boolean tall = operand.cols() <= operand.rows();
        boolean fromParts = operand.axis() == Axis.ROWS
                && operand.parts().size() > 1
                && operand.parts().stream().allMatch(part -> part.cols <= part.rows);
        if (!fromParts) {
            NDArray whole =
                    operand.parts().size() == 1 ? partGrams.get(operand.parts().get(0)) : null;
            if (whole != null) {
                return whole.duplicate();
            }
            NDArray gram = lowerTriangle(operand, tall);
            if (operand.parts().size() == 1) {
                partGrams.put(operand.parts().get(0), gram.duplicate());
            }
            return gram;
        }
        NDArray sum = manager.zeros(new Shape(operand.cols(), operand.cols()), DataType.FLOAT64);
        for (PackedMatrix part : operand.parts()) {
            double factor = part.scale / operand.unit();
            try (NDArray gram = of(new Operand(java.util.List.of(part), Axis.ROWS))) {
                gram.muli(factor * factor);
                sum.addi(gram);
            }
        }
        return sum;
    }

    private NDArray lowerTriangle(Operand operand, boolean tall) {
        int n = operand.shortSide();
        int depth = Math.max(operand.rows(), operand.cols());
        int slab = slab(n);
        int strips = n < 4 * STRIPS ? 1 : STRIPS;
        NDArray[] sums = new NDArray[strips];
        double[] line = new double[tall ? n : slab];
        // Floats near 1, whatever the matrix's scale: products of small ones would vanish.
        double scale = single ? Math.scalb(1.0, -Math.getExponent(operand.frobeniusNorm() / operand.unit())) : 1;
        for (int from = 0; from < depth; from += slab) {
            int count = Math.min(slab, depth - from);
            NativeAlgebra.Entries entries = new NativeAlgebra.Entries((long) count * n, single);
            for (int i = 0; i < (tall ? count : n); i++) {
                int width = tall ? n : count;
                operand.decode(tall ? from + i : i, tall ? 0 : from, width, line);
                entries.put(line, width, scale);
            }
            try (NDArray stored = entries.array(manager, tall ? count : n, tall ? n : count);
                    NDArray turned = stored.transpose()) {
                addStrips(tall ? turned : stored, tall ? stored : turned, sums);
            }
        }
        for (int s = 0; single && s < strips; s++) {
            NDArray sum = sums[s];
            sums[s] = sum.toType(DataType.FLOAT64, false);
            sums[s].divi(scale * scale);
            sum.close();
        }
        return assemble(sums, n);
    }

    /** sums[s] += (rows of strip s of left) · (columns of right up to the strip's end). */
    private static void addStrips(NDArray left, NDArray right, NDArray[] sums) {
        long n = left.getShape().get(0);
        for (int s = 0; s < sums.length; s++) {
            long first = n * s / sums.length;
            long last = n * (s + 1) / sums.length;
            try (NDArray rows = left.get(first + ":" + last);
                    NDArray cols = right.get(":, 0:" + last)) {
                NDArray product = rows.matMul(cols);
                if (sums[s] == null) {
                    sums[s] = product;
                } else {
                    sums[s].addi(product);
                    product.close();
                }
            }
        }
    }

    private NDArray assemble(NDArray[] sums, int n) {
        NDArray gram = manager.zeros(new Shape(n, n), DataType.FLOAT64);
        for (NDArray strip : sums) {
            long last = strip.getShape().get(1);
            gram.set(
                    new ai.djl.ndarray.index.NDIndex((last - strip.getShape().get(0)) + ":" + last + ", 0:" + last),
                    strip);
            strip.close();
        }
        return gram;
    }

    /** threshold·I − G; G is used up. */
    public NDArray shifted(NDArray gram, double threshold) {
        gram.negi();
        try (NDArray shift = manager.eye(
                Math.toIntExact(gram.getShape().get(0)),
                Math.toIntExact(gram.getShape().get(1)),
                0,
                DataType.FLOAT64)) {
            shift.muli(threshold);
            gram.addi(shift);
        }
        return gram;
    }

    /** M += factor · uuᵀ. */
    public void addSquare(NDArray matrix, double[] u, double factor) {
        try (NDArray column = manager.create(u, new Shape(u.length, 1));
                NDArray row = manager.create(u, new Shape(1, u.length));
                NDArray square = column.matMul(row)) {
            square.muli(factor);
            matrix.addi(square);
        }
    }

    /** Eigenvalues from the largest. */
    public double[] eigenvalues(NDArray gram) {
        try (NDList ascending = algebra.eigenvalues(gram)) {
            double[] values = ascending.get(0).toDoubleArray();
            for (int i = 0, j = values.length - 1; i < j; i++, j--) {
                double swapped = values[i];
                values[i] = values[j];
                values[j] = swapped;
            }
            return values;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
