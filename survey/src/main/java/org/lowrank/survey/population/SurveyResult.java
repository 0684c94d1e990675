package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;

/**
 * What a survey found, as saved in result.json: each model with its card, provenance and profiles over depth. Rows of single matrices
 * are in survey.csv and survey.parquet, and per model in {@code models/}.
 *
 * @param schemaVersion of this layout
 * @param kind {@code survey}
 * @param tool what made it
 * @param commandLine as typed, without secrets
 * @param started ISO-8601 instant
 * @param settings of the measurement
 * @param models in the order of the list, those that failed too
 * @param findings about the population
 */
public record SurveyResult(
        int schemaVersion,
        String kind,
        AnalysisResult.Tool tool,
        List<String> commandLine,
        String started,
        AnalysisResult.Settings settings,
        List<SurveyedModel> models,
        List<Finding> findings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "survey";

    private static final List<String> EMPTY = Collections.nCopies(6, "");

    static SurveyResult of(
            AnalysisResult.Tool tool,
            List<String> commandLine,
            String started,
            AnalysisResult.Settings settings,
            List<SurveyedModel> models) {
        return new SurveyResult(
                SCHEMA_VERSION, KIND, tool, commandLine, started, settings, models, PopulationFindings.of(models));
    }

    /** The models that were measured. */
    public List<SurveyedModel> measured() {
        return models.stream()
                .filter(model -> model.status() == SurveyedModel.Status.MEASURED)
                .toList();
    }

    /** The text of models.csv, one row a model. */
    public String modelsCsv() {
        CsvWriter csv = new CsvWriter(List.of(
                "model",
                "revision",
                "status",
                "reason",
                "reference",
                "source",
                "location",
                "format",
                "model_type",
                "layers",
                "model_dimension",
                "feed_forward_dimension",
                "total_parameters",
                "dtype",
                "matrices",
                "skipped_tensors",
                "warnings",
                "fingerprint"));
        models.forEach(model -> csv.add(cells(model)));
        return csv.toString();
    }

    private static List<String> cells(SurveyedModel model) {
        List<String> cells = new ArrayList<>(List.of(
                model.model(),
                model.revision(),
                model.status().name().toLowerCase(Locale.ROOT),
                model.reason(),
                model.reference()));
        var from = model.provenance();
        cells.addAll(from == null ? EMPTY.subList(0, 3) : List.of(from.source(), from.location(), from.format()));
        var card = model.architecture();
        cells.addAll(
                card == null
                        ? EMPTY
                        : List.of(
                                card.modelType(),
                                Integer.toString(card.layers()),
                                Long.toString(card.modelDimension()),
                                Long.toString(card.feedForwardDimension()),
                                Long.toString(card.parameters()),
                                card.dtype().name()));
        cells.addAll(List.of(
                Integer.toString(model.counts().matrices()),
                Integer.toString(model.counts().skippedTensors()),
                Integer.toString(model.counts().warnings()),
                model.fingerprint()));
        return cells;
    }

    @Override
    public ResultFiles files() {
        String json = ResultJson.writeCompact(this);
        String csv = modelsCsv();
        return new ResultFiles(SurveyReport.of(this, csv, json), json).with("models.csv", csv);
    }
}
