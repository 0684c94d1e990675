package org.lowrank.survey.work;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.regex.Pattern;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.reference.ModelReference;

/** A model divided into units of about the same number of bytes, and units divided among tasks. */
public final class WorkPlan {
    /** A unit's usual size: large against the requests that opening a model costs, small against a machine's memory. */
    public static final long USUAL_UNIT_BYTES = 512L << 20;

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private WorkPlan() {}

    /**
     * Divides a model. With G groups of matrices that share tensors and B bytes in all there are k = min(G, ⌈B/unitBytes⌉) units, each
     * of consecutive groups and of at most B/k bytes and the largest group's.
     *
     * @param model open; its selected matrices are divided
     * @param reference by which it was opened
     * @param identity of its measurement
     */
    public static List<WorkUnit> of(
            ModelAnalysis model, ModelReference reference, String identity, SpectralOptions options, long unitBytes) {
        List<LayerMatrix> matrices = model.layers().matrices();
        Map<MatrixId, Integer> position = positions(matrices);
        List<TensorGroup> groups = TensorGroup.of(matrices);
        long[] until = new long[groups.size()];
        long total = 0;
        for (int i = 0; i < until.length; i++) {
            total += MemoryNeed.stored(groups.get(i));
            until[i] = total;
        }
        long count = Math.max(1, Math.min(groups.size(), (total + unitBytes - 1) / unitBytes));
        List<List<TensorGroup>> parts = new ArrayList<>();
        List<TensorGroup> part = new ArrayList<>();
        for (int i = 0; i < until.length; i++) {
            part.add(groups.get(i));
            double share = (double) total * (parts.size() + 1) / count;
            if (until[i] >= share || i == until.length - 1) {
                parts.add(part);
                part = new ArrayList<>();
            }
        }
        List<WorkUnit> units = new ArrayList<>();
        for (List<TensorGroup> one : parts) {
            MemoryNeed need = new MemoryNeed(options);
            one.forEach(need::with);
            units.add(new WorkUnit(
                    pinned(reference, model.provenance()),
                    model.provenance().model(),
                    identity,
                    units.size(),
                    parts.size(),
                    one.stream()
                            .flatMap(group -> group.matrices().stream())
                            .map(LayerMatrix::id)
                            .sorted(Comparator.comparing(position::get))
                            .map(WorkUnit.Key::of)
                            .toList(),
                    one.stream().mapToLong(MemoryNeed::stored).sum(),
                    need.bytes()));
        }
        return units;
    }

    /** At the commit the model was opened at, so that a push in between cannot mix two versions. */
    private static String pinned(ModelReference reference, ModelFiles.Provenance provenance) {
        if (reference instanceof ModelReference.Hub hub
                && COMMIT.matcher(provenance.revision()).matches()) {
            String inside = hub.inside().isEmpty() ? "" : "/" + hub.inside();
            return hub.repository() + inside + "@" + provenance.revision();
        }
        return reference.text();
    }

    /** All rows of a model in the order of its matrices. */
    public static List<MatrixMeasurement> assembled(ModelAnalysis model, List<MatrixMeasurement> rows) {
        Map<MatrixId, Integer> position = positions(model.layers().matrices());
        if (rows.size() != position.size()) {
            throw new IllegalArgumentException(rows.size() + " rows of " + position.size() + " matrices");
        }
        return rows.stream()
                .sorted(Comparator.comparing(row -> position.get(row.id())))
                .toList();
    }

    static Map<MatrixId, Integer> positions(List<LayerMatrix> matrices) {
        Map<MatrixId, Integer> position = new HashMap<>();
        matrices.forEach(matrix -> position.put(matrix.id(), position.size()));
        return position;
    }

    /**
     * Units of many models as tasks of about the same number of bytes: the largest unit first, each to the task that has least (Graham
     * 1969: the largest task is at most 4/3 − 1/(3n) of the best possible, n tasks).
     *
     * @param tasks how many; fewer where there are fewer units
     */
    public static List<List<WorkUnit>> spread(List<WorkUnit> units, int tasks) {
        record Task(List<WorkUnit> units, long[] bytes) {}
        PriorityQueue<Task> least = new PriorityQueue<>(Comparator.comparingLong(task -> task.bytes()[0]));
        List<Task> all = new ArrayList<>();
        for (int i = 0; i < Math.min(tasks, units.size()); i++) {
            Task task = new Task(new ArrayList<>(), new long[] {0});
            all.add(task);
            least.add(task);
        }
        List<WorkUnit> largestFirst = units.stream()
                .sorted(Comparator.comparingLong(WorkUnit::bytes).reversed())
                .toList();
        for (WorkUnit unit : largestFirst) {
            Task task = least.remove();
            task.units().add(unit);
            task.bytes()[0] += Math.max(1, unit.bytes());
            least.add(task);
        }
        return all.stream().map(Task::units).toList();
    }
}
