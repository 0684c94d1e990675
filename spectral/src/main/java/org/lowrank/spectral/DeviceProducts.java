package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/**
 * Products on a DJL device, in double: the weights are widened and moved there once, and only vectors travel after that.
 * On a processor this reads eight bytes for an element stored in two or four, so that it pays on a GPU.
 */
final class DeviceProducts implements Products {
    private static final int SLAB_ELEMENTS = 1 << 24;

    private final NativeAlgebra algebra;
    private final Device device;

    DeviceProducts(NativeAlgebra algebra, Device device) {
        this.algebra = algebra;
        this.device = device;
    }

    @Override
    public String description() {
        return algebra.description() + ", double, on " + device;
    }

    @Override
    public Session open(List<PackedMatrix> parts, Axis axis) {
        NDManager manager = algebra.manager(device);
        Map<PackedMatrix, List<NDArray>> slabs = new IdentityHashMap<>();
        for (PackedMatrix part : parts) {
            slabs.put(part, upload(manager, part));
        }
        return new DeviceSession(manager, slabs);
    }

    private static List<NDArray> upload(NDManager manager, PackedMatrix part) {
        List<NDArray> slabs = new ArrayList<>();
        int rowsPerSlab = Math.max(1, SLAB_ELEMENTS / part.cols);
        double[] line = new double[part.cols];
        for (int from = 0; from < part.rows; from += rowsPerSlab) {
            int count = Math.min(rowsPerSlab, part.rows - from);
            NativeAlgebra.Entries entries = new NativeAlgebra.Entries((long) count * part.cols, false);
            for (int i = 0; i < count; i++) {
                part.decode(part.chunk(from + i), part.offset(from + i), line, 0, part.cols);
                entries.put(line, part.cols, 1);
            }
            slabs.add(entries.array(manager, count, part.cols));
        }
        return slabs;
    }

    @Override
    public double depth(Operand operand) {
        return (double) operand.rows() + operand.cols(); // in any order
    }

    private record DeviceSession(NDManager manager, Map<PackedMatrix, List<NDArray>> slabs) implements Session {
        @Override
        public void pass(List<Process> running) {
            running.forEach(this::multiply);
        }

        private void multiply(Process process) {
            List<PackedMatrix> parts = process.operand.parts();
            if (process.operand.axis() == Axis.ROWS) {
                parts.forEach(part -> multiply(process, List.of(part)));
            } else {
                multiply(process, parts);
            }
        }

        /** z += Aᵀ(Ax) for parts that lie beside one another. */
        private void multiply(Process process, List<PackedMatrix> beside) {
            double[] whole = new double[beside.get(0).rows * Columns.BLOCK];
            for (PackedMatrix part : beside) {
                double[] x = rowMajor(process.x().from(process.operand.columnOffset(part)), part.cols);
                int at = 0;
                for (NDArray slab : slabs.getOrDefault(part, List.of())) {
                    double[] y = times(slab, x);
                    Sums.axpy(process.relativeScale(part), y, 0, whole, at, y.length);
                    at += y.length;
                }
            }
            for (PackedMatrix part : beside) {
                Columns z = process.z().from(process.operand.columnOffset(part));
                int at = 0;
                for (NDArray slab : slabs.getOrDefault(part, List.of())) {
                    int length = Math.toIntExact(slab.getShape().get(0)) * Columns.BLOCK;
                    double[] y = java.util.Arrays.copyOfRange(whole, at, at + length);
                    Sums.scale(y, process.relativeScale(part));
                    add(transposedTimes(slab, y), z, part.cols);
                    at += length;
                }
            }
        }

        private static double[] rowMajor(Columns x, int n) {
            double[] rows = new double[n * Columns.BLOCK];
            for (int v = 0; v < Columns.BLOCK; v++) {
                for (int j = 0; j < n; j++) {
                    rows[j * Columns.BLOCK + v] = x.array()[x.at() + v * x.stride() + j];
                }
            }
            return rows;
        }

        private double[] times(NDArray slab, double[] x) {
            try (NDArray vectors = manager.create(x, new Shape(x.length / Columns.BLOCK, Columns.BLOCK));
                    NDArray product = slab.matMul(vectors)) {
                return product.toDoubleArray();
            }
        }

        /** yᵀA: vector after vector. */
        private double[] transposedTimes(NDArray slab, double[] y) {
            try (NDArray vectors = manager.create(y, new Shape(y.length / Columns.BLOCK, Columns.BLOCK));
                    NDArray rows = vectors.transpose();
                    NDArray product = rows.matMul(slab)) {
                return product.toDoubleArray();
            }
        }

        private static void add(double[] terms, Columns z, int n) {
            for (int v = 0; v < Columns.BLOCK; v++) {
                Sums.axpy(1, terms, v * n, z.array(), z.at() + v * z.stride(), n);
            }
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
