package org.lowrank.spectral;

import java.util.ArrayList;
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
        return new HostSession(parts, axis);
    }

    /** The matrices where they lie, and what the passes over them need. */
    private final class HostSession implements Session {
        private final List<PackedMatrix> parts;
        private final boolean beside;
        private final RowReader reader = new RowReader(kernel);
        private final double[] y;
        private final double[] whole;

        HostSession(List<PackedMatrix> parts, Axis axis) {
            this.parts = parts;
            this.beside = axis == Axis.COLUMNS && parts.size() > 1;
            int rows = parts.stream()
                    .mapToInt(part -> RowReader.blockRows(part.cols))
                    .max()
                    .orElse(0);
            this.y = new double[rows];
            this.whole = new double[rows];
        }

        @Override
        public void pass(List<Process> running) {
            if (beside) {
                passColumns(running);
                return;
            }
            for (PackedMatrix part : parts) {
                List<Process> reading = running.stream()
                        .filter(p -> p.operand.parts().contains(part))
                        .toList();
                if (!reading.isEmpty()) {
                    passRows(part, reading);
                }
            }
        }

        /** z += Aᵀ(Ax) for the rows of one part and every process that reads them. */
        private void passRows(PackedMatrix part, List<Process> reading) {
            for (int row = 0; row < part.rows; ) {
                RowBlock block = reader.block(part, row);
                for (Process process : reading) {
                    kernel.dot(block, process.x(0), y);
                    scale(block.rows(), square(process.relativeScale(part)), y, y);
                    kernel.axpy(block, y, process.z(0));
                }
                row += block.rows();
            }
        }

        /** The same where the stack lies along columns: y gathers over all parts before it is added into each. */
        private void passColumns(List<Process> running) {
            int rows = parts.get(0).rows;
            for (int row = 0; row < rows; ) {
                List<RowBlock> blocks = blocks(row);
                int count = blocks.get(0).rows();
                for (Process process : running) {
                    List<PackedMatrix> own = process.operand.parts();
                    Arrays.fill(whole, 0, count, 0);
                    for (int p = 0; p < own.size(); p++) {
                        kernel.dot(blocks.get(parts.indexOf(own.get(p))), process.x(p), y);
                        scale(count, process.relativeScale(own.get(p)), y, y);
                        Sums.axpy(1, y, 0, whole, 0, count);
                    }
                    for (int p = 0; p < own.size(); p++) {
                        scale(count, process.relativeScale(own.get(p)), whole, y);
                        kernel.axpy(blocks.get(parts.indexOf(own.get(p))), y, process.z(p));
                    }
                }
                row += count;
            }
        }

        /** The same rows of every part. */
        private List<RowBlock> blocks(int row) {
            int count = Integer.MAX_VALUE;
            for (PackedMatrix part : parts) {
                count = Math.min(count, Math.min(RowReader.blockRows(part.cols), part.rowsInChunk(row)));
            }
            List<RowBlock> blocks = new ArrayList<>();
            int scratchAt = 0;
            for (PackedMatrix part : parts) {
                blocks.add(reader.block(part, row, count, scratchAt));
                scratchAt += count * part.cols;
            }
            return blocks;
        }

        @Override
        public void close() {
            // Only heap arrays.
        }
    }

    private static double square(double factor) {
        return factor * factor;
    }

    private static void scale(int count, double factor, double[] from, double[] to) {
        for (int k = 0; k < count; k++) {
            to[k] = from[k] * factor;
        }
    }
}
