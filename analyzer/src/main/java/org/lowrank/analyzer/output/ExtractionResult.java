package org.lowrank.analyzer.output;

import java.util.List;
import org.lowrank.analyzer.extraction.Extraction;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;

/**
 * Everything an {@code extract} run found, as saved in result.json beside the adapter.
 *
 * @param schemaVersion of this layout
 * @param kind {@code extract}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param models the base and the tuned model, or the adapter
 * @param extraction what was written, with its errors
 * @param findings with their numbers
 * @param warnings what a reader should know
 */
public record ExtractionResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        List<AnalysisResult.Model> models,
        Extraction extraction,
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "extract";

    /** Puts an extraction beside where it came from. */
    public static ExtractionResult of(
            AnalysisResult.Tool tool,
            List<String> commandLine,
            String started,
            List<AnalysisResult.Model> models,
            Extraction extraction,
            List<AnalysisResult.Warning> warnings) {
        return new ExtractionResult(
                SCHEMA_VERSION,
                KIND,
                tool,
                commandLine,
                started,
                models,
                extraction,
                List.of(ExtractionReport.finding(extraction)),
                warnings);
    }

    /** extract.csv, result.json and the page; the adapter itself is not among them. */
    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = ExtractionReport.csv(extraction);
        return new ResultFiles(ExtractionReport.of(this, csv, json), json).with("extract.csv", csv);
    }
}
