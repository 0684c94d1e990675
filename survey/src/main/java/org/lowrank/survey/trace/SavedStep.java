package org.lowrank.survey.trace;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;

/**
 * What one checkpoint gave, kept so that a trace that was stopped goes on, and one that grew measures what is new.
 *
 * @param content tells its weights from others', empty where nothing does before they are read
 * @param initializerRange standard deviation of an entry before training, where config.json tells
 */
record SavedStep(
        int schemaVersion,
        String kind,
        String content,
        @Nullable Double initializerRange,
        AnalysisResult.Model model,
        List<MatrixMeasurement> matrices,
        List<AnalysisResult.Skipped> skippedTensors,
        List<AnalysisResult.Warning> warnings) {
    static final int SCHEMA_VERSION = 1;
    static final String KIND = "trace-step";

    static SavedStep of(String content, ModelOutcome outcome) {
        Double range = outcome.findings().stream()
                .map(finding -> finding.numbers().get("initializer_range"))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return new SavedStep(
                SCHEMA_VERSION,
                KIND,
                content,
                range,
                outcome.model(),
                outcome.matrices(),
                outcome.skipped(),
                outcome.warnings());
    }

    /** The same numbers of another revision with the same weights. */
    SavedStep ofRevision(AnalysisResult.Model other) {
        return new SavedStep(schemaVersion, kind, content, initializerRange, other, matrices, skippedTensors, warnings);
    }
}
