package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;

/** From the checkpoints' numbers to the one result: the same whether they were measured now or before, and in which order. */
final class TraceAssembly {
    private TraceAssembly() {}

    /** How far two checkpoints are apart; null where that was not measured. */
    @FunctionalInterface
    interface Distance {
        @Nullable
        Map<MatrixId, Double> between(SavedStep a, SavedStep b);
    }

    /**
     * The result.
     *
     * @param toLast whether distances to the last were asked for
     * @param steps in their order
     */
    static TraceResult of(
            Distance distance,
            boolean toLast,
            Map<TracedRevision, SavedStep> steps,
            TrainingRun training,
            MeasuringRun run,
            List<TraceResult.Failure> failures) {
        Map<String, String> firstWith = new HashMap<>();
        List<TraceResult.Checkpoint> checkpoints = new ArrayList<>();
        SavedStep previous = null;
        SavedStep last = null;
        for (SavedStep step : steps.values()) {
            last = step;
        }
        for (Map.Entry<TracedRevision, SavedStep> entry : steps.entrySet()) {
            TracedRevision revision = entry.getKey();
            SavedStep step = entry.getValue();
            String first = step.content().isEmpty() ? null : firstWith.putIfAbsent(step.content(), revision.name());
            checkpoints.add(new TraceResult.Checkpoint(
                    revision.step(),
                    revision.name(),
                    first,
                    step.initializerRange(),
                    model(revision, step, training),
                    first == null ? rows(revision, step, training) : List.of(),
                    first == null
                            ? movement(
                                    step,
                                    previous == null ? null : distance.between(previous, step),
                                    last == null || !toLast ? null : distance.between(step, last))
                            : List.of()));
            previous = first == null ? step : previous;
        }
        TraceResult unread = new TraceResult(
                TraceResult.SCHEMA_VERSION,
                TraceResult.KIND,
                run.tool(),
                run.commandLine(),
                run.started(),
                run.settings(),
                training.model(),
                List.copyOf(checkpoints),
                List.copyOf(failures),
                last == null ? List.of() : last.skippedTensors(),
                List.of(),
                warnings(training, steps, checkpoints));
        return unread.with(TraceFindings.of(unread));
    }

    /** A folder's name is its revision: the model is the run. */
    private static AnalysisResult.Model model(TracedRevision revision, SavedStep step, TrainingRun training) {
        AnalysisResult.Model model = step.model();
        return new AnalysisResult.Model(
                training.model(),
                revision(revision, model.revision()),
                model.architecture(),
                model.provenance(),
                model.fingerprint(),
                model.secondsPerPhase());
    }

    private static String revision(TracedRevision revision, String own) {
        return own.isEmpty() ? revision.name() : own;
    }

    private static List<MatrixMeasurement> rows(TracedRevision revision, SavedStep step, TrainingRun training) {
        return step.matrices().stream()
                .map(row -> new MatrixMeasurement(
                        training.model(),
                        revision(revision, step.model().revision()),
                        row.id(),
                        row.numbers(),
                        row.dtype(),
                        row.sourceTensors()))
                .toList();
    }

    private static List<TraceResult.Movement> movement(
            SavedStep step, @Nullable Map<MatrixId, Double> since, @Nullable Map<MatrixId, Double> toLast) {
        List<TraceResult.Movement> movement = new ArrayList<>();
        for (MatrixMeasurement row : step.matrices()) {
            Double moved = since == null ? null : since.get(row.id());
            Double left = toLast == null ? null : toLast.get(row.id());
            if (moved != null || left != null) {
                movement.add(new TraceResult.Movement(row.id(), moved, left));
            }
        }
        return List.copyOf(movement);
    }

    /** Of the choice, of duplicates, and what each checkpoint has to say, once. */
    private static List<AnalysisResult.Warning> warnings(
            TrainingRun training, Map<TracedRevision, SavedStep> steps, List<TraceResult.Checkpoint> checkpoints) {
        List<String> messages = new ArrayList<>(training.notes());
        for (TraceResult.Checkpoint checkpoint : checkpoints) {
            if (!checkpoint.hasOwnNumbers()) {
                messages.add(checkpoint.name() + " has the same weight files as " + checkpoint.duplicateOf()
                        + ": measured once, left out of curves and findings");
            }
        }
        Map<String, List<String>> said = new LinkedHashMap<>();
        steps.forEach((revision, step) -> step.warnings()
                .forEach(warning -> said.computeIfAbsent(warning.message(), m -> new ArrayList<>())
                        .add(revision.name())));
        said.forEach((message, names) ->
                messages.add(names.size() == steps.size() ? message : String.join(", ", names) + ": " + message));
        return messages.stream()
                .map(message -> new AnalysisResult.Warning(training.model(), message))
                .toList();
    }
}
