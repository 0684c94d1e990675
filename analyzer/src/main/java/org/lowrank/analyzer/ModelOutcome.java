package org.lowrank.analyzer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.AdapterFindings;
import org.lowrank.analyzer.measurement.Initialisation;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelFindings;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.finding.Finding;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * What one model gave.
 *
 * @param reused taken from a saved result
 */
public record ModelOutcome(
        AnalysisResult.Model model,
        List<MatrixMeasurement> matrices,
        List<AnalysisResult.Skipped> skipped,
        List<Finding> findings,
        List<AnalysisResult.Warning> warnings,
        boolean reused) {
    /** What a saved result has of a model, where it was measured from the same bytes in the same way. */
    public static Optional<ModelOutcome> saved(AnalysisResult result, String name, String fingerprint) {
        return result.models().stream()
                .filter(model -> !fingerprint.isEmpty()
                        && model.fingerprint().equals(fingerprint)
                        && model.model().equals(name))
                .findFirst()
                .map(model -> new ModelOutcome(
                        model,
                        result.matricesOf(model),
                        result.skippedTensors().stream()
                                .filter(skipped -> skipped.model().equals(name))
                                .toList(),
                        result.findings().stream()
                                .filter(finding -> finding.model().equals(name))
                                .toList(),
                        result.warnings().stream()
                                .filter(warning -> warning.model().equals(name))
                                .toList(),
                        true));
    }

    /** What a measurement gave, with all that follows from it. */
    static ModelOutcome of(ModelAnalysis analysis, String fingerprint, List<MatrixMeasurement> rows)
            throws IOException, ModelNotFoundException {
        String model = analysis.provenance().model();
        List<Finding> findings = analysis.adapter().isPresent()
                ? AdapterFindings.of(model, rows)
                : ModelFindings.of(
                        rows.stream()
                                .filter(row -> row.id().member().type() != MatrixId.Member.Type.HEAD)
                                .toList(),
                        Initialisation.of(
                                analysis.checkpoint().config(),
                                analysis.layers().card().layers()));
        return new ModelOutcome(
                analysis.model(fingerprint), rows, skipped(analysis), findings, analysis.warnings(rows), false);
    }

    /** Tensors in no matrix. */
    static List<AnalysisResult.Skipped> skipped(ModelAnalysis analysis) {
        String model = analysis.provenance().model();
        Stream<AnalysisResult.Skipped> inNoMatrix = analysis.layers().skipped().stream()
                .map(skipped -> new AnalysisResult.Skipped(
                        model, skipped.name(), skipped.dtype().name(), skipped.shape(), skipped.reason()));
        Stream<AnalysisResult.Skipped> notRead = analysis.checkpoint().leftOut().stream()
                .map(left -> new AnalysisResult.Skipped(
                        model, left.name(), left.dtype().name(), left.shape(), left.reason()));
        return Stream.concat(inNoMatrix, notRead).toList();
    }

    /** The model as it goes into a result. */
    static AnalysisResult.Model model(ModelAnalysis analysis, String fingerprint, Map<String, Double> seconds)
            throws IOException, ModelNotFoundException {
        ModelFiles.Provenance provenance = analysis.provenance();
        List<AnalysisResult.WeightFile> files = analysis.weightFiles().stream()
                .map(entry -> new AnalysisResult.WeightFile(
                        entry.name(), entry.size(), entry.sha256().orElse("")))
                .toList();
        return new AnalysisResult.Model(
                provenance.model(),
                provenance.revision(),
                analysis.layers().card(),
                new AnalysisResult.Provenance(
                        provenance.source(),
                        provenance.location(),
                        analysis.checkpoint().format(),
                        files),
                fingerprint,
                new LinkedHashMap<>(seconds));
    }

    /** What a reader should know, zero matrices among it. */
    static List<AnalysisResult.Warning> warnings(ModelAnalysis analysis, List<MatrixMeasurement> rows) {
        List<String> messages = new ArrayList<>(analysis.provenance().notes());
        messages.addAll(analysis.checkpoint().warnings());
        messages.addAll(analysis.layers().warnings());
        for (MatrixMeasurement row : rows) {
            if (row.stableRank() == null) {
                messages.add(row.matrix() + " of layer " + row.layer() + " (" + row.stack()
                        + ") is zero: its stable rank is undefined");
            }
        }
        String model = analysis.provenance().model();
        return messages.stream()
                .map(message -> new AnalysisResult.Warning(model, message))
                .toList();
    }
}
