package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;

/**
 * Everything a {@code trace} found, as saved in result.json (snake_case keys; schema in {@code docs/result-schema.json}). The report is
 * rendered from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code trace}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param settings of the measurement
 * @param model what the run is called
 * @param checkpoints in the order of steps
 * @param failures checkpoints that could not be measured
 * @param skippedTensors of the last checkpoint, in no matrix
 * @param findings over all checkpoints
 * @param warnings what a reader should know
 */
public record TraceResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        AnalysisResult.Settings settings,
        String model,
        List<Checkpoint> checkpoints,
        List<Failure> failures,
        List<AnalysisResult.Skipped> skippedTensors,
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "trace";

    /**
     * One checkpoint.
     *
     * @param step of the training
     * @param name the branch, tag or folder
     * @param duplicateOf the name of an earlier one with the same weights; its numbers are this one's too
     * @param initializerRange standard deviation of an entry before training, where config.json tells
     * @param measured the model, its provenance and times
     * @param matrices the rows of trace.csv; none for a duplicate
     * @param movement the rows of movement.csv
     */
    public record Checkpoint(
            long step,
            String name,
            @Nullable String duplicateOf,
            @Nullable Double initializerRange,
            AnalysisResult.Model measured,
            List<MatrixMeasurement> matrices,
            List<Movement> movement) {
        /** Whether its numbers are its own. */
        public boolean hasOwnNumbers() {
            return duplicateOf == null;
        }
    }

    /**
     * How far a matrix moved.
     *
     * @param sincePrevious ‖W_t − W_{t−1}‖_F from the checkpoint before; null for the first
     * @param toLast ‖W_T − W_t‖_F to the last one; null where it was not asked for
     */
    public record Movement(
            MatrixId id,
            @Nullable Double sincePrevious,
            @Nullable Double toLast) {}

    /** A checkpoint that could not be measured. */
    public record Failure(long step, String name, String reason) {
        static Failure of(TracedRevision revision, String what, Throwable failure) {
            String message = failure.getMessage();
            String reason = message == null
                    ? failure.getClass().getSimpleName()
                    : message.lines().findFirst().orElse("");
            return new Failure(revision.step(), revision.name(), what + reason);
        }
    }

    /** The same with findings. */
    TraceResult with(List<Finding> found) {
        return new TraceResult(
                schemaVersion,
                kind,
                tool,
                commandLine,
                started,
                settings,
                model,
                checkpoints,
                failures,
                skippedTensors,
                found,
                warnings);
    }

    /** Those whose numbers are their own, in the order of steps. */
    public List<Checkpoint> measured() {
        return checkpoints.stream().filter(Checkpoint::hasOwnNumbers).toList();
    }

    /** The rows of a checkpoint, those of the one it repeats under its own revision. */
    public List<MatrixMeasurement> rows(Checkpoint checkpoint) {
        if (checkpoint.hasOwnNumbers()) {
            return checkpoint.matrices();
        }
        Map<String, Checkpoint> byName = new LinkedHashMap<>();
        checkpoints.forEach(one -> byName.put(one.name(), one));
        Checkpoint original = byName.get(checkpoint.duplicateOf());
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (MatrixMeasurement row : original == null ? List.<MatrixMeasurement>of() : original.matrices()) {
            rows.add(new MatrixMeasurement(
                    row.model(),
                    checkpoint.measured().revision(),
                    row.id(),
                    row.numbers(),
                    row.dtype(),
                    row.sourceTensors()));
        }
        return rows;
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.writeCompact(this);
        String csv = TraceOutput.trace(this);
        ResultFiles files = new ResultFiles(TraceReport.of(this, csv, json), json).with("trace.csv", csv);
        TraceOutput.movement(this).ifPresent(text -> files.with("movement.csv", text));
        return files;
    }
}
