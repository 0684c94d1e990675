package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.spectral.StoredMatrix.Axis;

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
            DoubleBuffer entries = NativeAlgebra.buffer((long) count * part.cols);
            for (int i = 0; i < count; i++) {
                part.decode(part.chunk(from + i), part.offset(from + i), line, 0, part.cols);
                entries.put(line);
            }
            entries.clear();
            slabs.add(NativeAlgebra.array(manager, entries, count, part.cols));
        }
        return slabs;
    }

    private record DeviceSession(NDManager manager, Map<PackedMatrix, List<NDArray>> slabs) implements Session {
        @Override
        public void pass(List<Process> running) {
            for (Process process : running) {
                if (process.operand.axis() == Axis.ROWS) {
                    passRows(process);
                } else {
                    passColumns(process);
                }
            }
        }

        private void passRows(Process process) {
            for (PackedMatrix part : process.operand.parts()) {
                double factor = process.relativeScale(part);
                for (NDArray slab : slabs.getOrDefault(part, List.of())) {
                    double[] y = times(slab, process.x(0));
                    Lanczos.scale(y, factor * factor);
                    add(transposedTimes(slab, y), process.z(0));
                }
            }
        }

        private void passColumns(Process process) {
            List<PackedMatrix> parts = process.operand.parts();
            double[] whole = new double[process.operand.rows()];
            for (int p = 0; p < parts.size(); p++) {
                int row = 0;
                for (NDArray slab : slabs.getOrDefault(parts.get(p), List.of())) {
                    double[] y = times(slab, process.x(p));
                    Sums.axpy(process.relativeScale(parts.get(p)), y, 0, whole, row, y.length);
                    row += y.length;
                }
            }
            for (int p = 0; p < parts.size(); p++) {
                int row = 0;
                for (NDArray slab : slabs.getOrDefault(parts.get(p), List.of())) {
                    int count = Math.toIntExact(slab.getShape().get(0));
                    double[] y = java.util.Arrays.copyOfRange(whole, row, row + count);
                    Lanczos.scale(y, process.relativeScale(parts.get(p)));
                    add(transposedTimes(slab, y), process.z(p));
                    row += count;
                }
            }
        }

        private double[] times(NDArray slab, double[] x) {
            try (NDArray vector = manager.create(x, new Shape(x.length, 1));
                    NDArray product = slab.matMul(vector)) {
                return product.toDoubleArray();
            }
        }

        private double[] transposedTimes(NDArray slab, double[] y) {
            try (NDArray vector = manager.create(y, new Shape(1, y.length));
                    NDArray product = vector.matMul(slab)) {
                return product.toDoubleArray();
            }
        }

        private static void add(double[] terms, double[] to) {
            Sums.axpy(1, terms, 0, to, 0, to.length);
        }

        @Override
        public void close() {
            manager.close();
        }
    }
}
