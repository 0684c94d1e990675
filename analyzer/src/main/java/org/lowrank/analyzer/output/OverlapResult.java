package org.lowrank.analyzer.output;

import java.util.List;
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
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings)
        implements Result {
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
            List<AnalysisResult.Warning> warnings) {
        List<AnalysisResult.Warning> all = new java.util.ArrayList<>(warnings);
        overlap.warnings().forEach(message -> all.add(new AnalysisResult.Warning(model.model(), message)));
        return new OverlapResult(
                SCHEMA_VERSION, KIND, tool, commandLine, started, model, overlap, overlap.findings(), all);
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = OverlapOutput.csv(this);
        return new ResultFiles(OverlapReport.of(this, csv, json), json).with("overlap.csv", csv);
    }
}
