package org.lowrank.survey.population;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.Outlier;
import org.lowrank.analyzer.output.AnalysisResult;

/**
 * A model of a survey: measured, with its card and profiles, or failed, with the reason.
 *
 * @param model what rows call it
 * @param reference as it was written
 * @param revision commit or version, empty where there is none
 * @param status whether it was measured
 * @param reason why not, in one line; empty where it was
 * @param architecture Table 1's line, null where it failed
 * @param provenance where its bytes came from, null where it failed
 * @param fingerprint of its measurement; empty where it failed
 * @param secondsPerPhase wall time
 * @param counts what was measured and what not
 * @param profiles one per stack and kind
 * @param outliers layers that stand out from the others of their kind, the furthest first
 */
public record SurveyedModel(
        String model,
        String reference,
        String revision,
        Status status,
        String reason,
        ModelLayers.@Nullable ArchitectureCard architecture,
        AnalysisResult.@Nullable Provenance provenance,
        String fingerprint,
        Map<String, Double> secondsPerPhase,
        Counts counts,
        List<Profile> profiles,
        List<OutlierLayer> outliers) {
    /** Whether a model was measured. */
    public enum Status {
        MEASURED,
        FAILED
    }

    /**
     * A matrix far from those of its kind in the other layers; see {@link Outlier}.
     *
     * @param quantity norm or stable rank
     * @param median of its kind
     * @param z robust distance
     */
    public record OutlierLayer(
            String stack, int layer, String matrix, String quantity, double value, double median, double z) {
        static OutlierLayer of(Outlier one) {
            return new OutlierLayer(
                    one.row().stack(),
                    one.row().layer(),
                    one.row().matrix(),
                    one.quantity().word(),
                    one.value(),
                    one.median(),
                    one.z());
        }
    }

    /** How many rows a model has, tensors that are in none, and warnings. */
    public record Counts(int matrices, int skippedTensors, int warnings) {}

    static SurveyedModel measured(String reference, ModelOutcome outcome) {
        AnalysisResult.Model model = outcome.model();
        return new SurveyedModel(
                model.model(),
                reference,
                model.revision(),
                Status.MEASURED,
                "",
                model.architecture(),
                model.provenance(),
                model.fingerprint(),
                model.secondsPerPhase(),
                new Counts(
                        outcome.matrices().size(),
                        outcome.skipped().size(),
                        outcome.warnings().size()),
                Profile.of(outcome.matrices()),
                ModelSummary.of(outcome.matrices().stream()
                                .filter(row -> row.id().member().type() != MatrixId.Member.Type.HEAD)
                                .toList())
                        .stream()
                        .flatMap(summary -> summary.outliers().stream())
                        .map(OutlierLayer::of)
                        .toList());
    }

    static SurveyedModel failed(String name, String reference, String reason) {
        return new SurveyedModel(
                name,
                reference,
                "",
                Status.FAILED,
                reason,
                null,
                null,
                "",
                Map.of(),
                new Counts(0, 0, 0),
                List.of(),
                List.of());
    }
}
