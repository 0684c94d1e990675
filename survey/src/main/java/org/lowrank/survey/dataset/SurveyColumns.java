package org.lowrank.survey.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.MatrixRow;
import org.lowrank.reports.CsvWriter;

/** The columns of a survey: those of matrices.csv, then those of the model. In CSV and Parquet alike. */
public final class SurveyColumns {
    /** The column the data set is partitioned by. */
    public static final String MODEL = "model";

    /** All of them, in order. */
    public static final List<Column> ALL = all();

    private SurveyColumns() {}

    /** How a value is stored. */
    public enum Type {
        TEXT,
        INTEGER,
        LONG,
        DOUBLE
    }

    /**
     * A column.
     *
     * @param required never null
     * @param value of a row, null where there is none: a String, Integer, Long or Double as the type says
     */
    public record Column(String name, Type type, boolean required, Function<Values, @Nullable Object> value) {}

    /** A row taken apart once. */
    record Values(MatrixRow row, ArchitectureCard card) {
        static Values of(SurveyRow row) {
            return new Values(row.matrix().row(), row.card());
        }
    }

    private static List<Column> all() {
        List<Column> columns = new ArrayList<>();
        of(columns, MODEL, Type.TEXT, v -> v.row.model());
        of(columns, "revision", Type.TEXT, v -> v.row.revision());
        of(columns, "stack", Type.TEXT, v -> v.row.stack());
        optional(columns, "layer", Type.INTEGER, v -> v.row.layer());
        of(columns, "matrix", Type.TEXT, v -> v.row.matrix());
        of(columns, "rows", Type.LONG, v -> v.row.rows());
        of(columns, "cols", Type.LONG, v -> v.row.cols());
        of(columns, "parameters", Type.LONG, v -> v.row.parameters());
        of(columns, "dtype", Type.TEXT, v -> v.row.dtype());
        of(columns, "frobenius_norm", Type.DOUBLE, v -> v.row.frobeniusNorm());
        of(columns, "spectral_norm", Type.DOUBLE, v -> v.row.spectralNorm());
        of(columns, "spectral_norm_lower", Type.DOUBLE, v -> v.row.spectralNormLower());
        of(columns, "spectral_norm_upper", Type.DOUBLE, v -> v.row.spectralNormUpper());
        of(columns, "upper_failure_probability", Type.DOUBLE, v -> v.row.upperFailureProbability());
        optional(columns, "stable_rank", Type.DOUBLE, v -> v.row.stableRank());
        optional(columns, "stable_rank_squared", Type.DOUBLE, v -> v.row.stableRankSquared());
        of(columns, "gaussian_stable_rank", Type.DOUBLE, v -> v.row.gaussianStableRank());
        of(columns, "source_tensors", Type.TEXT, v -> String.join(";", v.row.sourceTensors()));
        optional(columns, "hill_exponent", Type.DOUBLE, v -> v.row.hillExponent());
        optional(columns, "hill_k", Type.INTEGER, v -> v.row.hillK());
        optional(columns, "log_frobenius_norm_squared", Type.DOUBLE, v -> v.row.logFrobeniusNormSquared());
        optional(columns, "log_spectral_norm_squared", Type.DOUBLE, v -> v.row.logSpectralNormSquared());
        optional(columns, "singular_values_above_edge", Type.INTEGER, v -> v.row.singularValuesAboveEdge());
        optional(columns, "signal_to_noise", Type.DOUBLE, v -> v.row.signalToNoise());
        optional(columns, "hill_exponent_fixed_aspect", Type.DOUBLE, v -> v.row.hillExponentFixedAspect());
        of(columns, "model_type", Type.TEXT, v -> v.card.modelType());
        of(columns, "layers", Type.INTEGER, v -> v.card.layers());
        of(columns, "model_dimension", Type.LONG, v -> v.card.modelDimension());
        of(columns, "feed_forward_dimension", Type.LONG, v -> v.card.feedForwardDimension());
        of(columns, "total_parameters", Type.LONG, v -> v.card.parameters());
        return List.copyOf(columns);
    }

    private static void of(List<Column> columns, String name, Type type, Function<Values, @Nullable Object> value) {
        columns.add(new Column(name, type, true, value));
    }

    private static void optional(
            List<Column> columns, String name, Type type, Function<Values, @Nullable Object> value) {
        columns.add(new Column(name, type, false, value));
    }

    /** The header of survey.csv. */
    public static List<String> header() {
        return ALL.stream().map(Column::name).toList();
    }

    /** A row of survey.csv. */
    public static List<String> cells(SurveyRow row) {
        Values values = Values.of(row);
        return ALL.stream().map(column -> text(column.value().apply(values))).toList();
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        return value instanceof Double number ? CsvWriter.number(number) : value.toString();
    }
}
