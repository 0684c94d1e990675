package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ForkJoinTask;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.RowReader;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

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
        List<Workspace> workspaces = slabs.stream().map(slab -> new Workspace()).toList();
        return new Session() {
            @Override
            public void pass(List<Process> running) {
                if (ForkJoinTask.inForkJoinPool() && slabs.get(0).elements() >= FORK_ELEMENTS) {
                    List<ForkJoinTask<?>> tasks = new ArrayList<>();
                    for (int i = 0; i < slabs.size(); i++) {
                        Slab slab = slabs.get(i);
                        Workspace workspace = workspaces.get(i);
                        tasks.add(ForkJoinTask.adapt(() -> workspace.multiply(slab, running)));
                    }
                    ForkJoinTask.invokeAll(tasks);
                    for (int i = 0; i < slabs.size(); i++) {
                        workspaces.get(i).addUp(slabs.get(i), running);
                    }
                } else {
                    Workspace one = workspaces.get(0);
                    for (Slab slab : slabs) {
                        one.multiply(slab, running);
                        one.addUp(slab, running);
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

    /** What one slab at a time is multiplied in: arrays that stay in cache, and are used again in the next pass. */
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
                    int rows = reader.read(slab.parts, row, end - row);
                    for (Reading reading : readings) {
                        multiply(rows, reading);
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
        private void multiply(int rows, Reading reading) {
            if (reading.pieces.size() == 1) {
                Piece piece = reading.pieces.get(0);
                reader.addGram(piece.part, piece.scale, piece.x, piece.z);
                return;
            }
            int length = rows * Columns.BLOCK;
            if (y.length < length) {
                y = new double[length];
                whole = new double[length];
            }
            Arrays.fill(whole, 0, length, 0);
            for (Piece piece : reading.pieces) {
                reader.dot(piece.part, piece.x, y);
                Sums.axpy(piece.scale, y, 0, whole, 0, length);
            }
            for (Piece piece : reading.pieces) {
                double[] factors = whole;
                if (piece.scale != 1) {
                    Arrays.fill(y, 0, length, 0);
                    Sums.axpy(piece.scale, whole, 0, y, 0, length);
                    factors = y;
                }
                reader.axpy(piece.part, factors, piece.z);
            }
        }
    }

    /** What a slab adds to a product, and what a run of rows adds to that; laid out as the product is. */
    private record Sum(Columns slab, Columns run) {
        Sum(Process process) {
            this(zeros(process), zeros(process));
        }

        private static Columns zeros(Process process) {
            return Columns.zeros(process.operand.cols(), Columns.BLOCK);
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
