package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.LayerDistances;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;

/**
 * Everything a {@code compare} run found, as saved in result.json. A report can be rendered from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code comparison}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param settings of the measurement
 * @param leadingDirections k, asked for
 * @param modelA the first
 * @param modelB the second
 * @param matricesA rows of A
 * @param matricesB rows of B
 * @param pairs matrices both have
 * @param unmatched matrices only one has
 * @param layerDistances of stacks of different depth, whose layers were paired by them; empty where depths are equal
 * @param skippedTensors tensors in no matrix, with reasons
 * @param findings with their numbers
 * @param warnings what a reader should know
 */
public record ComparisonResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        AnalysisResult.Settings settings,
        int leadingDirections,
        AnalysisResult.Model modelA,
        AnalysisResult.Model modelB,
        List<MatrixMeasurement> matricesA,
        List<MatrixMeasurement> matricesB,
        List<MatrixPair> pairs,
        List<Comparison.Unmatched> unmatched,
        List<LayerDistances> layerDistances,
        List<AnalysisResult.Skipped> skippedTensors,
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 2;

    /** The value of {@code kind}. */
    public static final String KIND = "comparison";

    /** What is read of an earlier layout is written in the current one; the first has no distances of layers. */
    @SuppressWarnings("NullAway") // as read from a file
    public ComparisonResult {
        schemaVersion = SCHEMA_VERSION;
        layerDistances = layerDistances == null ? List.of() : layerDistances;
    }

    /** Puts a comparison beside where it came from. */
    public static ComparisonResult of(
            AnalysisResult.Tool tool,
            List<String> commandLine,
            String started,
            AnalysisResult.Settings settings,
            int leadingDirections,
            AnalysisResult.Model modelA,
            AnalysisResult.Model modelB,
            Comparison comparison,
            List<AnalysisResult.Skipped> skippedTensors,
            List<AnalysisResult.Warning> warnings) {
        return new ComparisonResult(
                SCHEMA_VERSION,
                KIND,
                tool,
                commandLine,
                started,
                settings,
                leadingDirections,
                modelA,
                modelB,
                comparison.matricesA(),
                comparison.matricesB(),
                comparison.pairs(),
                comparison.unmatched(),
                comparison.layerDistances(),
                skippedTensors,
                comparison.findings(),
                warnings);
    }

    /** The rows of matrices.csv: A's, then B's. */
    public List<MatrixMeasurement> allMatrices() {
        List<MatrixMeasurement> rows = new ArrayList<>(matricesA);
        rows.addAll(matricesB);
        return rows;
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = ComparisonOutput.csv(this);
        ResultFiles files = new ResultFiles(ComparisonReport.of(this, csv, json), json)
                .with("comparison.csv", csv)
                .with("matrices.csv", AnalysisOutput.matrices(allMatrices()));
        AnalysisOutput.spectra(this).ifPresent(spectra -> files.with("spectra.csv", spectra));
        return files;
    }
}
