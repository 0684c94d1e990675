package org.lowrank.spectral;

import java.util.Arrays;
import java.util.List;
import org.lowrank.spectral.StoredMatrix.Axis;

/** Products on the processor by a row kernel: each pass reads each part once, for all processes that want it. */
final class HostProducts implements Products {
    private final RowKernel kernel;

    HostProducts(RowKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public String description() {
        return kernel.description();
    }

    @Override
    public Session open(List<PackedMatrix> parts, Axis axis) {
        return new Session() {
            @Override
            public void pass(List<Process> running) {
                HostProducts.this.pass(parts, axis, running);
            }

            @Override
            public void close() {
                // Nothing was copied.
            }
        };
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
}
