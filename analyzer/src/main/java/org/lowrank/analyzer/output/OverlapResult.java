package org.lowrank.analyzer.output;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.activation.ActivationFindings;
import org.lowrank.analyzer.activation.ActivationOverlap;
import org.lowrank.analyzer.activation.InterferenceFindings;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;

/**
 * Everything an {@code overlap} run found, as saved in result.json. A report can be rendered from it alone. The texts
 * themselves are not kept, only the tokens listed.
 *
 * @param schemaVersion of this layout
 * @param kind {@code overlap}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param model the model, its provenance and times
 * @param overlap what was measured
 * @param activations the rows of activations.csv; empty where the model cannot be run
 * @param tuned how what two tuned models learnt acts on the texts; null where none were given
 * @param findings with their numbers
 * @param warnings what a reader should know
 */
public record OverlapResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        AnalysisResult.Model model,
        TextOverlap overlap,
        List<ActivationOverlap> activations,
        @Nullable Tuned tuned,
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings)
        implements Result {
    /**
     * Two models tuned from the base.
     *
     * @param modelA what was tuned for the first text's task, as it was called
     * @param modelB for the second's
     * @param unchanged matrices that neither changed
     * @param rows the rows of interference.csv
     */
    public record Tuned(String modelA, String modelB, int unchanged, List<TaskInterference> rows) {
        public Tuned {
            rows = List.copyOf(rows);
        }
    }

    /** Results of before activations were measured have none. */
    public OverlapResult {
        activations = activationsOrNone(activations);
    }

    private static List<ActivationOverlap> activationsOrNone(@Nullable List<ActivationOverlap> rows) {
        return rows == null ? List.of() : List.copyOf(rows);
    }

    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "overlap";

    /** Puts a measurement beside where it came from; its warnings come after the given ones. */
    public static OverlapResult of(
            AnalysisResult.Tool tool,
            List<String> commandLine,
            String started,
            AnalysisResult.Model model,
            TextOverlap overlap,
            List<ActivationOverlap> activations,
            @Nullable Tuned tuned,
            List<AnalysisResult.Warning> warnings) {
        List<AnalysisResult.Warning> all = new java.util.ArrayList<>(warnings);
        overlap.warnings().forEach(message -> all.add(new AnalysisResult.Warning(model.model(), message)));
        List<Finding> findings = new java.util.ArrayList<>();
        if (tuned != null) {
            findings.addAll(InterferenceFindings.of(model.model(), tuned.rows()));
        }
        findings.addAll(ActivationFindings.of(model.model(), activations));
        findings.addAll(overlap.findings());
        return new OverlapResult(
                SCHEMA_VERSION, KIND, tool, commandLine, started, model, overlap, activations, tuned, findings, all);
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = OverlapOutput.csv(this);
        ResultFiles files = new ResultFiles(OverlapReport.of(this, csv, json), json).with("overlap.csv", csv);
        if (!activations.isEmpty()) {
            files = files.with("activations.csv", ActivationOutput.csv(this, activations));
        }
        return tuned == null
                ? files
                : files.with("interference.csv", InterferenceOutput.csv(model.model(), model.revision(), tuned.rows()));
    }
}
