package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.StoredMatrix.Axis;

/**
 * Measures by the Lanczos process with one pass over the weights per step: four rows at a time are multiplied by x and, while
 * they are still in cache, added into Aᵀ(Ax). Q, K, V and their stack are stepped together in the same pass.
 */
final class FusedEngine implements SpectralEngine {
    /** Below this side a full decomposition costs less than the iteration and proves more. */
    private static final int FULL_DECOMPOSITION = 48;

    private final RowKernel kernel;
    private final PackedMatrix.Arrays arrays = new PackedMatrix.Arrays();

    FusedEngine(RowKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String description() {
        return kernel.description();
    }

    @Override
    public List<SpectralMeasurement> measure(
            List<StoredMatrix> parts, boolean stacked, Axis axis, SpectralOptions options) {
        List<PackedMatrix> packed = new ArrayList<>();
        try {
            for (StoredMatrix part : parts) {
                packed.add(PackedMatrix.of(part, arrays));
            }
            return measurePacked(packed, stacked, axis, options);
        } finally {
            packed.forEach(matrix -> matrix.release(arrays));
        }
    }

    private List<SpectralMeasurement> measurePacked(
            List<PackedMatrix> parts, boolean stacked, Axis axis, SpectralOptions options) {
        List<Operand> operands = new ArrayList<>();
        for (PackedMatrix part : parts) {
            operands.add(new Operand(List.of(part), Axis.ROWS));
        }
        if (stacked) {
            operands.add(new Operand(parts, axis));
        }
        @Nullable Process[] processes = new Process[operands.size()];
        for (int i = 0; i < processes.length; i++) {
            Operand operand = operands.get(i);
            boolean proven = options.exact() || options.spectrum() || options.certify();
            if (!proven && operand.shortSide() > FULL_DECOMPOSITION && operand.frobeniusNorm() > 0) {
                processes[i] = new Process(operand, options);
            }
        }
        run(parts, axis, Arrays.stream(processes).filter(Objects::nonNull).toList());
        List<SpectralMeasurement> results = new ArrayList<>();
        for (int i = 0; i < processes.length; i++) {
            Process process = processes[i];
            results.add(process != null ? process.result() : Decomposition.measure(operands.get(i), options));
        }
        return results;
    }

    /** Steps all processes until each has converged; every pass reads each part once. */
    private void run(List<PackedMatrix> parts, Axis axis, List<Process> processes) {
        List<Process> running = new ArrayList<>(processes);
        while (!running.isEmpty()) {
            for (Process process : running) {
                process.begin();
            }
            pass(parts, axis, running);
            running.removeIf(Process::end);
        }
    }

    private void pass(List<PackedMatrix> parts, Axis axis, List<Process> running) {
        if (axis == Axis.ROWS || parts.size() == 1) {
            for (PackedMatrix part : parts) {
                List<Process> reading = running.stream()
                        .filter(p -> p.operand.parts().contains(part))
                        .toList();
                if (!reading.isEmpty()) {
                    passRows(part, reading);
                }
            }
        } else {
            passColumns(parts, running);
        }
    }

    /** z += Aᵀ(Ax) for the rows of one part and every process that reads them. */
    private void passRows(PackedMatrix part, List<Process> reading) {
        double[] y = new double[RowKernel.ROWS];
        for (int row = 0; row < part.rows; ) {
            int count = Math.min(RowKernel.ROWS, part.rowsInChunk(row));
            for (Process process : reading) {
                Arrays.fill(y, 0);
                kernel.dot(part, row, count, process.x(0), y);
                process.scaleInner(y, part);
                kernel.axpy(part, row, count, y, process.z(0));
            }
            row += count;
        }
    }

    /** The same where the stack lies along columns: y gathers over all parts before it is added into each. */
    private void passColumns(List<PackedMatrix> parts, List<Process> running) {
        double[] y = new double[RowKernel.ROWS];
        double[] whole = new double[RowKernel.ROWS];
        int rows = parts.get(0).rows;
        for (int row = 0; row < rows; ) {
            int count = RowKernel.ROWS;
            for (PackedMatrix part : parts) {
                count = Math.min(count, part.rowsInChunk(row));
            }
            for (Process process : running) {
                Arrays.fill(whole, 0);
                for (int p = 0; p < process.operand.parts().size(); p++) {
                    PackedMatrix part = process.operand.parts().get(p);
                    Arrays.fill(y, 0);
                    kernel.dot(part, row, count, process.x(p), y);
                    for (int k = 0; k < count; k++) {
                        whole[k] += y[k] * process.relativeScale(part);
                    }
                }
                for (int p = 0; p < process.operand.parts().size(); p++) {
                    PackedMatrix part = process.operand.parts().get(p);
                    for (int k = 0; k < count; k++) {
                        y[k] = whole[k] * process.relativeScale(part);
                    }
                    kernel.axpy(part, row, count, y, process.z(p));
                }
            }
            row += count;
        }
    }

    @Override
    public void close() {
        // Only heap arrays, freed with the engine.
    }

    /** One matrix on its way: the Lanczos process, then one more pass for ‖Av‖. */
    private static final class Process {
        final Operand operand;
        private final Lanczos lanczos;
        private final double unit;
        private final double[][] x;
        private final double[][] z;
        private double innerSquares;
        private boolean last;
        private int passes = 1;

        Process(Operand operand, SpectralOptions options) {
            this.operand = operand;
            this.lanczos =
                    new Lanczos(operand.cols(), options.seed(), options.tolerance(), options.failureProbability());
            this.unit = operand.unit();
            int[] widths = operand.widths();
            x = new double[widths.length][];
            z = new double[widths.length][];
            for (int p = 0; p < widths.length; p++) {
                x[p] = new double[widths[p]];
                z[p] = new double[widths[p]];
            }
        }

        void begin() {
            double[] q = last ? lanczos.ritzVector() : lanczos.vector();
            innerSquares = 0;
            for (int p = 0, at = 0; p < x.length; at += x[p].length, p++) {
                System.arraycopy(q, at, x[p], 0, x[p].length);
                Arrays.fill(z[p], 0);
            }
        }

        double[] x(int part) {
            return x[part];
        }

        double[] z(int part) {
            return z[part];
        }

        /** Parts may be stored at different powers of two: one unit for the whole operand. */
        double relativeScale(PackedMatrix part) {
            return part.scale / unit;
        }

        void scaleInner(double[] y, PackedMatrix part) {
            double factor = relativeScale(part);
            for (int k = 0; k < y.length; k++) {
                y[k] *= factor * factor;
            }
        }

        /** Takes the product in; true when the last pass is done. */
        boolean end() {
            passes++;
            double[] product = new double[operand.cols()];
            for (int p = 0, at = 0; p < z.length; at += z[p].length, p++) {
                System.arraycopy(z[p], 0, product, at, z[p].length);
            }
            if (last) {
                // vᵀ(AᵀAv) = ‖Av‖² for the Ritz vector v.
                double[] v = new double[operand.cols()];
                for (int p = 0, at = 0; p < x.length; at += x[p].length, p++) {
                    System.arraycopy(x[p], 0, v, at, x[p].length);
                }
                innerSquares = Sums.dot(v, 0, product, 0, v.length) / Sums.squares(v, v.length);
                return true;
            }
            lanczos.advance(product);
            last = lanczos.done();
            return false;
        }

        SpectralMeasurement result() {
            double frobenius = operand.frobeniusNorm();
            double norm = Math.sqrt(innerSquares) * unit;
            double rounding = Rounding.gram(operand.rows(), operand.cols(), frobenius, norm);
            double upper = Math.sqrt(lanczos.upperSquared()) * unit * (1 + rounding);
            double lower = norm * (1 - rounding);
            return new SpectralMeasurement(
                    operand.rows(),
                    operand.cols(),
                    frobenius,
                    norm,
                    lower,
                    Math.max(upper, norm * (1 + rounding)),
                    lanczos.failureProbability(),
                    null,
                    0,
                    passes,
                    "Lanczos, " + lanczos.steps() + " steps");
        }
    }
}
