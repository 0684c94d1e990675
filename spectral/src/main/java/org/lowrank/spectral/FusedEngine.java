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

    private final Products products;
    private final PackedMatrix.Arrays arrays = new PackedMatrix.Arrays();

    FusedEngine(RowKernel kernel) {
        this(new HostProducts(kernel));
    }

    FusedEngine(Products products) {
        this.products = products;
    }

    @Override
    public String description() {
        return products.description();
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
            boolean proven = options.exact() || options.spectrum();
            if (!proven && operand.shortSide() > FULL_DECOMPOSITION && operand.frobeniusNorm() > 0) {
                processes[i] = new Process(operand, options);
            }
        }
        run(parts, axis, Arrays.stream(processes).filter(Objects::nonNull).toList());
        List<SpectralMeasurement> results = new ArrayList<>();
        for (int i = 0; i < processes.length; i++) {
            Process process = processes[i];
            SpectralMeasurement measured = process == null ? null : process.result(options);
            results.add(measured != null ? measured : Decomposition.measure(operands.get(i), options));
        }
        return results;
    }

    /** Steps all processes until each has converged; every pass reads each part once. */
    private void run(List<PackedMatrix> parts, Axis axis, List<Process> processes) {
        if (processes.isEmpty()) {
            return;
        }
        List<Process> running = new ArrayList<>(processes);
        try (Products.Session session = products.open(parts, axis)) {
            while (!running.isEmpty()) {
                for (Process process : running) {
                    process.begin();
                }
                session.pass(running);
                running.removeIf(Process::end);
            }
        }
    }

    @Override
    public void close() {
        // Only heap arrays, freed with the engine.
    }
}
