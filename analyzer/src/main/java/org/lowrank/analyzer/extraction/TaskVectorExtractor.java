package org.lowrank.analyzer.extraction;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.layer.PyTorchLayout;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.NonFiniteWeightException;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.WeightDifference;
import org.lowrank.weights.adapter.PeftWriter;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/**
 * The task vector ΔW = W_tuned − W_base of every layer matrix as a product BA of low rank. The leading triplets come from the
 * block Lanczos process, not from a full decomposition; the error is measured of the factors as they are written. One matrix is in
 * memory at a time, as its difference in double and once more as the engine packs it.
 */
public final class TaskVectorExtractor {
    private static final double ANGLE_ACCURACY = 1e-4;
    private static final int ATTEMPTS = 4;

    private final SpectralEngine engine;
    private final SpectralOptions options;
    private final ExtractionGoal goal;

    /**
     * Prepares.
     *
     * @param options how accurately norms and errors are measured, and whether bounds are proven
     */
    public TaskVectorExtractor(SpectralEngine engine, SpectralOptions options, ExtractionGoal goal) {
        this.engine = engine;
        this.options = options;
        this.goal = goal;
    }

    /**
     * Extracts every tensor of the base's selected layers that the tuned model has too.
     *
     * @param name what the base is called in the adapter's settings
     * @throws MalformedWeightsException if a weight is NaN or infinite, or the models have no matrix in common
     */
    public Extraction extract(
            String name,
            ModelLayers base,
            Checkpoint baseWeights,
            Checkpoint tuned,
            PeftWriter writer,
            Progress progress)
            throws IOException {
        Map<String, Tensor> baseByName = byName(baseWeights);
        Map<String, Tensor> tunedByName = byName(tuned);
        Map<Tensor, Boolean> transposed = new LinkedHashMap<>();
        for (LayerMatrix matrix : base.matrices()) {
            matrix.parts().forEach(part -> transposed.put(part.tensor(), part.transposed()));
        }
        List<ExtractedMatrix> matrices = new ArrayList<>();
        List<Extraction.LeftOut> leftOut = new ArrayList<>();
        Set<String> done = new HashSet<>();
        boolean fanInFanOut = false;
        for (Map.Entry<Tensor, Boolean> entry : transposed.entrySet()) {
            Tensor tensor = baseByName.getOrDefault(entry.getKey().name(), entry.getKey());
            Tensor other = tunedByName.get(tensor.name());
            boolean inOut = entry.getValue() && tensor.orientation() != Tensor.Orientation.OUT_IN;
            done.add(tensor.name());
            if (other == null
                    || !other.shape().equals(tensor.shape())
                    || tensor.shape().size() != 2) {
                leftOut.add(new Extraction.LeftOut(tensor.name(), reason(tensor, other)));
            } else {
                matrices.add(extract(tensor, other, inOut, writer));
                fanInFanOut |= inOut;
            }
            progress.at(done.size(), transposed.size());
        }
        if (matrices.isEmpty()) {
            throw new MalformedWeightsException("nothing in common: no matrix of " + name
                    + "'s layers has its like in the tuned model; give a base and what was tuned from it");
        }
        for (Tensor tensor : baseWeights.tensors()) {
            if (!done.contains(tensor.name())) {
                leftOut.add(new Extraction.LeftOut(tensor.name(), "outside the selected layer matrices, not compared"));
            }
        }
        return new Extraction(goal, name, matrices, leftOut, fanInFanOut);
    }

    /** As PyTorch lays them, whatever format they are from: those of two models are compared, and the adapter is for PyTorch's. */
    private static Map<String, Tensor> byName(Checkpoint checkpoint) {
        Map<String, Tensor> byName = new HashMap<>();
        PyTorchLayout.of(checkpoint).tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    private static String reason(Tensor tensor, @org.jspecify.annotations.Nullable Tensor other) {
        if (other == null) {
            return "not in the tuned model";
        }
        return other.shape().equals(tensor.shape())
                ? "several experts in one tensor, which a PEFT module cannot be"
                : "shape " + other.shape() + " in the tuned model, " + tensor.shape() + " in the base";
    }

    private ExtractedMatrix extract(Tensor base, Tensor tuned, boolean transposed, PeftWriter writer)
            throws IOException {
        String path = base.name().endsWith(".weight")
                ? base.name().substring(0, base.name().length() - ".weight".length())
                : base.name();
        try (Tensor.Values valuesA = base.open();
                Tensor.Values valuesB = tuned.open()) {
            StoredMatrix a = whole(base, valuesA);
            StoredMatrix b = whole(tuned, valuesB);
            StoredMatrix delta = WeightDifference.of(a, transposed, b, transposed);
            SpectralMeasurement size = engine.measure(delta, options);
            if (size.frobeniusNorm() == 0) {
                return new ExtractedMatrix(
                        path,
                        size.rows(),
                        size.cols(),
                        0,
                        0,
                        0,
                        ExtractedMatrix.Error.NONE,
                        "the weights are identical; not in the adapter");
            }
            Found found = leading(delta, size);
            int rank = found.rank;
            for (int attempt = 1; ; attempt++) {
                LeadingSubspace space = found.space;
                Factors factors = Factors.of(space.singularValues(), space.left(), space.right(), rank);
                WeightDifference.subtractProduct(delta, factors.b(), factors.a(), rank);
                SpectralMeasurement error = engine.measure(delta, options);
                boolean reached = goal.reached(
                        size.frobeniusNorm(), size.spectralNorm(), error.frobeniusNorm(), error.spectralNormUpper());
                if (reached || rank == space.dimension() || attempt == ATTEMPTS) {
                    writer.add(path, factors.b(), factors.a(), rank);
                    return row(path, size, error, rank, reached ? "" : found.note(goal));
                }
                rank++;
                delta = WeightDifference.of(a, transposed, b, transposed);
            }
        } catch (NonFiniteWeightException e) {
            throw new MalformedWeightsException("non-finite weight: " + base.name() + " in " + base.file() + " or "
                    + tuned.file() + ": " + e.getMessage() + " of their difference; look for a repaired copy of the"
                    + " weights");
        }
    }

    private static StoredMatrix whole(Tensor tensor, Tensor.Values values) throws IOException {
        return new StoredMatrix(
                values.matrix(Tensor.View.contiguous(
                        tensor.shape().get(0), tensor.shape().get(1))),
                StoredMatrix.Axis.ROWS);
    }

    private static ExtractedMatrix row(
            String path, SpectralMeasurement size, SpectralMeasurement error, int rank, String note) {
        return new ExtractedMatrix(
                path,
                size.rows(),
                size.cols(),
                rank,
                size.frobeniusNorm(),
                size.spectralNorm(),
                new ExtractedMatrix.Error(
                        error.frobeniusNorm(),
                        error.spectralNormLower(),
                        error.spectralNormUpper(),
                        error.upperFailureProbability()),
                note);
    }

    private record Found(LeadingSubspace space, int rank) {
        String note(ExtractionGoal goal) {
            return space.dimension() >= goal.mostRank()
                    ? "the goal is not reached at the largest rank, " + goal.mostRank()
                    : "the goal is not reached: rounding to F32 leaves this error";
        }
    }

    /** More and more directions until they are enough. */
    private Found leading(StoredMatrix delta, SpectralMeasurement size) {
        double squared = size.frobeniusNorm() * size.frobeniusNorm();
        for (int k = goal.first(); ; k = Math.min(2 * k, goal.mostRank())) {
            LeadingSubspace space = LeadingSubspace.of(delta, k, ANGLE_ACCURACY, 2 * k + 100, options.seed());
            int rank = goal.sufficient(space.singularValues(), space.next(), squared);
            boolean all = space.dimension() < k || k >= goal.mostRank();
            if (rank > 0 || all) {
                return new Found(space, rank > 0 ? rank : space.dimension());
            }
        }
    }
}
