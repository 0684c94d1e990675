package org.lowrank.analyzer.output;

import java.util.List;
import java.util.Map;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;
import org.lowrank.weights.files.ModelFiles;

/**
 * Everything an {@code analyze} run found, as saved in result.json (snake_case keys; schema in
 * {@code docs/result-schema.json}). A report can be rendered from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code analysis}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param settings of the measurement
 * @param models one per model
 * @param matrices the rows of matrices.csv
 * @param skippedTensors tensors in no matrix, with reasons
 * @param findings with their numbers
 * @param warnings what a reader should know
 */
public record AnalysisResult(
        int schemaVersion,
        String kind,
        Tool tool,
        List<String> commandLine,
        String started,
        Settings settings,
        List<Model> models,
        List<MatrixMeasurement> matrices,
        List<Skipped> skippedTensors,
        List<Finding> findings,
        List<Warning> warnings)
        implements Result {
    /** The current layout; the second has the numbers of the spectrum in its rows. */
    public static final int SCHEMA_VERSION = 2;

    /** The value of {@code kind}. */
    public static final String KIND = "analysis";

    /** What is read of an earlier layout is written in the current one. */
    public AnalysisResult {
        schemaVersion = SCHEMA_VERSION;
    }

    /** The program and what it ran on. */
    public record Tool(String name, String version, String java, String os, String kernels, int threads) {}

    /** What was asked of the measurement. */
    public record Settings(
            double tolerance, double failureProbability, boolean certify, boolean exact, boolean spectrum, long seed) {}

    /**
     * One model.
     *
     * @param model its name
     * @param revision commit or version
     * @param architecture Table 1's line
     * @param provenance where the bytes came from
     * @param fingerprint hash over files, settings and version: equal fingerprints mean equal numbers
     * @param secondsPerPhase wall time
     */
    public record Model(
            String model,
            String revision,
            ModelLayers.ArchitectureCard architecture,
            Provenance provenance,
            String fingerprint,
            Map<String, Double> secondsPerPhase) {}

    /** Where a model's bytes came from. */
    public record Provenance(String source, String location, String format, List<WeightFile> files) {}

    /** A file that was read; size −1 and an empty hash where not known. */
    public record WeightFile(String name, long size, String sha256) {
        static WeightFile of(ModelFiles.FileEntry entry) {
            return new WeightFile(entry.name(), entry.size(), entry.sha256().orElse(""));
        }
    }

    /** A tensor that is in no matrix. */
    public record Skipped(String model, String tensor, String dtype, List<Long> shape, String reason) {}

    /** A warning about one model. */
    public record Warning(String model, String message) {}

    /** Matrices of one model. */
    public List<MatrixMeasurement> matricesOf(Model model) {
        return matrices.stream()
                .filter(row ->
                        row.model().equals(model.model()) && row.revision().equals(model.revision()))
                .toList();
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.write(this);
        String csv = AnalysisOutput.matrices(matrices);
        ResultFiles files = new ResultFiles(AnalysisReport.of(this, csv, json), json).with("matrices.csv", csv);
        if (matrices.stream().anyMatch(row -> row.spectrum() != null)) {
            files.with("spectra.csv", AnalysisOutput.spectra(matrices));
        }
        return files;
    }
}
