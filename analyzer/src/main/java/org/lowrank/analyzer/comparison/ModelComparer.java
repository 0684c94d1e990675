package org.lowrank.analyzer.comparison;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.lowrank.analyzer.comparison.Comparison.Unmatched;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.finding.Finding;
import org.lowrank.spectral.FactoredMatrix;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.spectral.matrix.WeightDifference;

/**
 * Compares two models matrix by matrix, layers of stacks of different depth matched by their weights: each measured alone, then, where the shapes agree, their difference and their
 * leading directions. At most {@code threads} groups of tensors are open at once, and each holds one difference of 8 bytes
 * a weight.
 */
public final class ModelComparer {
    /** Directions compared unless asked otherwise. */
    public static final int DEFAULT_DIRECTIONS = 8;

    /** Wanted bound of the sine of the angle between the computed and the true space. */
    private static final double ANGLE_ACCURACY = 1e-6;

    private static final int MAX_STEPS = 300;

    private final SpectralEngine engine;
    private final SpectralOptions options;
    private final int directions;
    private final int threads;

    /**
     * Compares with the given measurement settings.
     *
     * @param directions how many leading directions to compare, at least 1
     * @param threads groups of matrices side by side; the results do not depend on it
     */
    public ModelComparer(SpectralEngine engine, SpectralOptions options, int directions, int threads) {
        if (directions < 1) {
            throw new IllegalArgumentException(directions + " leading directions");
        }
        this.engine = engine;
        this.options = options;
        this.directions = directions;
        this.threads = threads;
    }

    /**
     * One of the two models.
     *
     * @param depths layers of each stack in the whole model; none where the matrices are named after those of another model, as an
     *     adapter's are
     */
    public record Side(String model, String revision, List<LayerMatrix> matrices, Map<String, Integer> depths) {}

    /**
     * Measures both, then compares. Progress counts the matrices of A, of B and the pairs.
     *
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if a weight is NaN or infinite
     * @throws InterruptedException if the calling thread is interrupted
     */
    public Comparison compare(Side a, Side b, ModelMeasurer.Progress progress)
            throws IOException, InterruptedException {
        if (a.model().equals(b.model()) && a.revision().equals(b.revision())) {
            throw new IllegalArgumentException("both models are called " + a.model() + "; give them different names");
        }
        LayerMatching matching = LayerMatching.of(a, b);
        Map<MatrixId, LayerMatrix> partners = matching.partners();
        List<LayerMatrix> both = a.matrices().stream()
                .filter(matrix -> partners.containsKey(matrix.id()))
                .toList();
        int total = a.matrices().size() + b.matrices().size() + both.size();
        AtomicInteger done = new AtomicInteger();
        ModelMeasurer.Progress counted = (one, ofOne, last) -> progress.measured(done.incrementAndGet(), total, last);

        ModelMeasurer measurer = new ModelMeasurer(engine, options, threads);
        List<MatrixMeasurement> rowsA = measurer.measure(a.model(), a.revision(), a.matrices(), counted);
        List<MatrixMeasurement> rowsB = measurer.measure(b.model(), b.revision(), b.matrices(), counted);
        Map<MatrixId, MatrixMeasurement> measuredA = byKey(rowsA);
        Map<MatrixId, MatrixMeasurement> measuredB = byKey(rowsB);
        Map<LayerMatrix, MatrixPair> pairs = pairs(both, partners, measuredA, measuredB, counted);
        List<MatrixPair> ordered = new ArrayList<>();
        both.forEach(matrix -> ordered.add(required(pairs, matrix)));
        List<Unmatched> unmatched = unmatched(a, b, matching);
        List<Finding> findings = new ArrayList<>();
        LayerFindings.of(a.model(), b.model(), matching.distances()).forEach(findings::add);
        findings.addAll(ComparisonFindings.of(a.model(), b.model(), ordered, unmatched));
        QuantisationError.of(a.model(), b.model(), rowsB, ordered).ifPresent(findings::add);
        return new Comparison(rowsA, rowsB, ordered, unmatched, matching.distances(), List.copyOf(findings));
    }

    private static List<Unmatched> unmatched(Side a, Side b, LayerMatching matching) {
        Set<MatrixId> taken =
                matching.partners().values().stream().map(LayerMatrix::id).collect(Collectors.toSet());
        List<Unmatched> unmatched =
                new ArrayList<>(without(a, true, matching.partners().keySet(), matching, b.model()));
        unmatched.addAll(without(b, false, taken, matching, a.model()));
        return unmatched;
    }

    private Map<LayerMatrix, MatrixPair> pairs(
            List<LayerMatrix> both,
            Map<MatrixId, LayerMatrix> matched,
            Map<MatrixId, MatrixMeasurement> measuredA,
            Map<MatrixId, MatrixMeasurement> measuredB,
            ModelMeasurer.Progress progress)
            throws IOException, InterruptedException {
        Map<LayerMatrix, MatrixPair> pairs = new HashMap<>();
        SideBySide.all(
                        "compare",
                        threads,
                        TensorGroup.of(both),
                        group -> compare(group, matched, measuredA, measuredB, progress))
                .forEach(pairs::putAll);
        return pairs;
    }

    private Map<LayerMatrix, MatrixPair> compare(
            TensorGroup group,
            Map<MatrixId, LayerMatrix> matched,
            Map<MatrixId, MatrixMeasurement> measuredA,
            Map<MatrixId, MatrixMeasurement> measuredB,
            ModelMeasurer.Progress progress)
            throws IOException {
        List<LayerMatrix> partners = group.matrices().stream()
                .map(matrix -> required(matched, matrix.id()))
                .toList();
        Map<LayerMatrix, MatrixPair> pairs = new HashMap<>();
        try (OpenGroup openA = OpenGroup.open(group);
                OpenGroup openB = OpenGroup.open(TensorGroup.together(partners))) {
            for (LayerMatrix matrix : group.matrices()) {
                if (Thread.currentThread().isInterrupted()) {
                    break;
                }
                LayerMatrix partner = required(matched, matrix.id());
                MatrixMeasurement rowA = required(measuredA, matrix.id());
                MatrixMeasurement rowB = required(measuredB, partner.id());
                MatrixPair pair = rowA.rows() == rowB.rows() && rowA.cols() == rowB.cols()
                        ? sameShape(
                                new Member(matrix, openA.stored(matrix), rowA, openA.factored(matrix)),
                                new Member(partner, openB.stored(partner), rowB, openB.factored(partner)))
                        : MatrixPair.of(rowA, rowB, null, null, null, List.of(differentShapes(rowA, rowB)));
                pairs.put(matrix, pair);
                progress.measured(0, 0, matrix);
            }
        }
        return pairs;
    }

    /** One of two matrices, open. */
    private record Member(
            LayerMatrix matrix, StoredMatrix stored, MatrixMeasurement row, Optional<FactoredMatrix> factored) {
        boolean transposed() {
            return matrix.parts().get(0).transposed();
        }
    }

    private MatrixPair sameShape(Member a, Member b) {
        List<String> notes = new ArrayList<>();
        boolean beside = a.factored.isPresent() != b.factored.isPresent();
        TaskVector taskVector = beside ? null : taskVector(a, b, notes);
        if (beside) {
            notes.add(
                    "an adapter beside a model: no difference is taken, its columns say how the one lies in the other");
        }
        SubspaceOverlap overlap = null;
        AdapterAlignment alignment = null;
        if (a.row.frobeniusNorm() == 0 || b.row.frobeniusNorm() == 0) {
            notes.add("a zero matrix has no leading directions");
        } else {
            LeadingSubspace spaceA = leading(a.stored);
            LeadingSubspace spaceB = leading(b.stored);
            overlap = SubspaceOverlap.of(spaceA, a.transposed(), spaceB, b.transposed());
            if (overlap.directions() < directions) {
                notes.add("only " + overlap.directions() + " leading directions exist");
            }
            if (overlap.illDefined()) {
                notes.add("σ_k and σ_{k+1} are close: the leading space is ill-defined");
            }
            if (beside) {
                alignment = a.factored.isPresent()
                        ? alignment(b, spaceB, a.factored.get())
                        : alignment(a, spaceA, b.factored.orElseThrow());
            }
        }
        return MatrixPair.of(a.row, b.row, taskVector, overlap, alignment, notes);
    }

    private TaskVector taskVector(Member a, Member b, List<String> notes) {
        StoredMatrix difference = WeightDifference.of(a.stored, a.transposed(), b.stored, b.transposed());
        TaskVector taskVector = TaskVector.of(engine.measure(difference, options), a.row);
        if (taskVector.identical()) {
            notes.add("the weights are identical: the stable rank of their difference is undefined");
        }
        return taskVector;
    }

    private AdapterAlignment alignment(Member base, LeadingSubspace space, FactoredMatrix delta) {
        return AdapterAlignment.of(base.stored, base.transposed(), space, delta, this::leading, options.seed());
    }

    private LeadingSubspace leading(StoredMatrix matrix) {
        return LeadingSubspace.of(matrix, directions, ANGLE_ACCURACY, MAX_STEPS, options.seed());
    }

    private static List<Unmatched> without(
            Side side, boolean inA, Set<MatrixId> paired, LayerMatching matching, String other) {
        return side.matrices().stream()
                .filter(matrix -> !paired.contains(matrix.id()))
                .map(matrix -> new Unmatched(
                        side.model(),
                        inA,
                        matrix.id(),
                        matrix.rows(),
                        matrix.cols(),
                        matching.reason(matrix.stack(), other)))
                .toList();
    }

    private static String differentShapes(MatrixMeasurement a, MatrixMeasurement b) {
        return "shapes differ: " + a.rows() + " x " + a.cols() + " and " + b.rows() + " x " + b.cols();
    }

    private static Map<MatrixId, MatrixMeasurement> byKey(List<MatrixMeasurement> rows) {
        Map<MatrixId, MatrixMeasurement> byKey = new HashMap<>();
        rows.forEach(row -> byKey.put(row.id(), row));
        return byKey;
    }

    private static <K, V> V required(Map<K, V> map, K key) {
        V value = map.get(key);
        if (value == null) {
            throw new IllegalStateException("nothing known of " + key);
        }
        return value;
    }
}
