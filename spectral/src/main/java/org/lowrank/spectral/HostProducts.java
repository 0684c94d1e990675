package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.RecursiveTask;
import org.lowrank.spectral.StoredMatrix.Axis;

/**
 * Products on the processor by a row kernel: each pass reads each part once, for all processes that want it.
 *
 * <p>Rows are cut into slabs that depend on the shape alone, and what the slabs add is summed in their order. So the slabs of a
 * large matrix may run side by side, in the pool the call came from, and the result has the same bytes as without one.
 */
final class HostProducts implements Products {
    private static final int SLABS = 8;
    /** Sums over rows begin anew after so many, so that rounding does not grow with their number. */
    static final int RUN = 128;
    /** Below this a slab is done before another thread has begun with it. */
    private static final int FORK_ELEMENTS = 1 << 19;

    private final RowKernel kernel;

    HostProducts(RowKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public double depth(Operand operand) {
        double rows =
                operand.parts().stream().mapToDouble(part -> part.rows).max().orElse(0);
        return (double) operand.cols() / kernel.lanes()
                + RUN
                + rows / RUN
                + SLABS * operand.parts().size();
    }

    @Override
    public String description() {
        return kernel.description();
    }

    @Override
    public Session open(List<PackedMatrix> parts, Axis axis) {
        List<Slab> slabs = new ArrayList<>();
        if (axis == Axis.COLUMNS) {
            addSlabs(parts, slabs);
        } else {
            parts.forEach(part -> addSlabs(List.of(part), slabs));
        }
        Workspace own = new Workspace();
        return new Session() {
            @Override
            public void pass(List<Process> running) {
                if (ForkJoinTask.inForkJoinPool() && slabs.get(0).elements() >= FORK_ELEMENTS) {
                    List<SlabPass> passes = slabs.stream()
                            .map(slab -> new SlabPass(slab, running))
                            .toList();
                    ForkJoinTask.invokeAll(passes);
                    passes.forEach(pass -> pass.join().addUp(pass.slab, running));
                } else {
                    for (Slab slab : slabs) {
                        own.multiply(slab, running);
                        own.addUp(slab, running);
                    }
                }
            }

            @Override
            public void close() {
                // Only heap arrays.
            }
        };
    }

    /** Cuts parts that lie beside one another. */
    private static void addSlabs(List<PackedMatrix> beside, List<Slab> slabs) {
        int rows = beside.get(0).rows;
        int runs = (rows + RUN - 1) / RUN;
        int height = (runs + SLABS - 1) / SLABS * RUN;
        for (int from = 0; from < rows; from += height) {
            slabs.add(new Slab(beside, from, Math.min(rows, from + height)));
        }
    }

    /** Rows of one part, or the same rows of parts that lie beside one another. */
    private record Slab(List<PackedMatrix> parts, int from, int to) {
        boolean isReadBy(Process process) {
            return process.operand.parts().stream().anyMatch(parts::contains);
        }

        long elements() {
            return (long) (to - from) * parts.get(0).cols;
        }
    }

    /** One slab in one pass. */
    private final class SlabPass extends RecursiveTask<Workspace> {
        private static final long serialVersionUID = 1L;

        private final transient Slab slab;
        private final transient List<Process> running;

        SlabPass(Slab slab, List<Process> running) {
            this.slab = slab;
            this.running = running;
        }

        @Override
        protected Workspace compute() {
            Workspace workspace = new Workspace();
            workspace.multiply(slab, running);
            return workspace;
        }
    }

    /** What one slab at a time is multiplied in: arrays that stay in cache from one to the next. */
    private final class Workspace {
        private final RowReader reader = new RowReader(kernel);
        private final Map<Process, Sum> sums = new IdentityHashMap<>();
        private double[] y = new double[0];
        private double[] whole = new double[0];

        void multiply(Slab slab, List<Process> running) {
            List<Reading> readings = new ArrayList<>();
            for (Process process : running) {
                if (slab.isReadBy(process)) {
                    readings.add(new Reading(process, slab.parts, sum(process)));
                }
            }
            for (int row = slab.from; row < slab.to && !readings.isEmpty(); ) {
                int end = Math.min(slab.to, row + RUN);
                while (row < end) {
                    List<RowBlock> blocks = reader.blocks(slab.parts, row, end - row);
                    int rows = blocks.get(0).rows();
                    for (Reading reading : readings) {
                        multiply(blocks, rows, reading);
                    }
                    row += rows;
                }
                readings.forEach(reading -> reading.sum.endRun());
            }
        }

        private Sum sum(Process process) {
            return sums.computeIfAbsent(process, Sum::new);
        }

        void addUp(Slab slab, List<Process> running) {
            for (Process process : running) {
                if (slab.isReadBy(process)) {
                    sum(process).addTo(process.z());
                }
            }
        }

        /** Aᵀ(Ax) of a few rows; where parts lie beside one another, Ax gathers over all before it is used. */
        private void multiply(List<RowBlock> blocks, int rows, Reading reading) {
            int length = rows * Lanczos.BLOCK;
            if (y.length < length) {
                y = new double[length];
                whole = new double[length];
            }
            Arrays.fill(whole, 0, length, 0);
            for (Piece piece : reading.pieces) {
                kernel.dot(blocks.get(piece.part), piece.x, y);
                Sums.axpy(piece.scale, y, 0, whole, 0, length);
            }
            for (Piece piece : reading.pieces) {
                double[] factors = whole;
                if (piece.scale != 1) {
                    Arrays.fill(y, 0, length, 0);
                    Sums.axpy(piece.scale, whole, 0, y, 0, length);
                    factors = y;
                }
                kernel.axpy(blocks.get(piece.part), factors, piece.z);
            }
        }
    }

    /** What a slab adds to a product, and what a run of rows adds to that. */
    private record Sum(Columns slab, Columns run) {
        Sum(Process process) {
            this(zeros(process), zeros(process));
        }

        private static Columns zeros(Process process) {
            return Columns.of(
                    new double[process.z().array().length], process.z().stride());
        }

        void endRun() {
            move(run, slab);
        }

        void addTo(Columns product) {
            move(slab, product);
        }

        private static void move(Columns from, Columns to) {
            Sums.axpy(1, from.array(), 0, to.array(), 0, from.array().length);
            Arrays.fill(from.array(), 0);
        }
    }

    /** One process that reads the rows of a slab. */
    private static final class Reading {
        private final Sum sum;
        private final List<Piece> pieces = new ArrayList<>();

        Reading(Process process, List<PackedMatrix> parts, Sum sum) {
            this.sum = sum;
            for (int i = 0; i < parts.size(); i++) {
                PackedMatrix part = parts.get(i);
                if (process.operand.parts().contains(part)) {
                    int offset = process.operand.columnOffset(part);
                    pieces.add(new Piece(
                            i, process.relativeScale(part), process.x().from(offset), sum.run.from(offset)));
                }
            }
        }
    }

    /** The columns of one part in the vectors of a process. */
    private record Piece(int part, double scale, Columns x, Columns z) {}
}
