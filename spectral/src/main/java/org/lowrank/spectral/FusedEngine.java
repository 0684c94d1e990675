package org.lowrank.spectral;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/**
 * Measures by the block Lanczos process with one pass over the weights per step: a few rows at a time are multiplied by the
 * vectors x and, while they are still in cache, added into Aᵀ(Ax). Q, K, V and their stack are stepped together in the same
 * pass.
 */
public final class FusedEngine implements SpectralEngine {
    /** Below this side a full decomposition costs less than the iteration and proves more. */
    private static final int FULL_DECOMPOSITION = 48;

    private final Products products;
    private final RowKernel kernel;
    private final PackedMatrix.Arrays arrays = new PackedMatrix.Arrays();

    public FusedEngine(RowKernel kernel) {
        this(new HostProducts(kernel), kernel);
    }

    public FusedEngine(Products products, RowKernel kernel) {
        this.products = products;
        this.kernel = kernel;
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
                packed.add(PackedMatrix.of(part, arrays, kernel));
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
                processes[i] = new Process(operand, options, products, kernel);
            }
        }
        run(parts, axis, Arrays.stream(processes).filter(Objects::nonNull).toList());
        try (Prover prover = prover(options)) {
            List<SpectralMeasurement> results = new ArrayList<>();
            for (int i = 0; i < processes.length; i++) {
                results.add(result(processes[i], operands.get(i), options, prover));
            }
            return results;
        }
    }

    private static SpectralMeasurement result(
            @Nullable Process process, Operand operand, SpectralOptions options, @Nullable Prover prover) {
        SpectralMeasurement measured = process == null ? null : process.result(options, prover);
        if (measured != null) {
            return measured;
        }
        boolean large = operand.shortSide() >= Decomposition.NATIVE && operand.frobeniusNorm() > 0;
        return prover != null && large && options.spectrum() && !options.exact()
                ? Decomposition.spectrum(prover.exact(), operand)
                : Decomposition.measure(operand, options);
    }

    /** Only where something is to be proven or decomposed: it starts the native engine. */
    private static @Nullable Prover prover(SpectralOptions options) {
        return options.certify() || (options.spectrum() && !options.exact())
                ? NativeAlgebra.get().map(Prover::new).orElse(null)
                : null;
    }

    /** Steps all processes until each has converged; every pass reads each part once. */
    private void run(List<PackedMatrix> parts, Axis axis, List<Process> processes) {
        if (processes.isEmpty()) {
            return;
        }
        List<Process> running = new ArrayList<>(processes);
        try (Products.Session session = products.open(parts, axis)) {
            while (!running.isEmpty()) {
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
