package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.MatrixRow;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.reports.CsvWriter;

/** matrices.csv, one row per measured matrix, and spectra.csv, one row per singular value. */
public final class AnalysisOutput {
    private static final List<String> HEADER = List.of(
            "model",
            "revision",
            "stack",
            "layer",
            "matrix",
            "rows",
            "cols",
            "parameters",
            "dtype",
            "frobenius_norm",
            "spectral_norm",
            "spectral_norm_lower",
            "spectral_norm_upper",
            "upper_failure_probability",
            "stable_rank",
            "stable_rank_squared",
            "gaussian_stable_rank",
            "source_tensors",
            "hill_exponent",
            "hill_k",
            "log_frobenius_norm_squared",
            "log_spectral_norm_squared",
            "singular_values_above_edge",
            "signal_to_noise",
            "hill_exponent_fixed_aspect");

    private static final List<String> SPECTRA_HEADER = List.of(
            "model",
            "revision",
            "stack",
            "layer",
            "matrix",
            "index",
            "singular_value",
            "error_bound",
            "effective_rank",
            "rank_90",
            "rank_99");

    private AnalysisOutput() {}

    /** The text of matrices.csv; source tensors are separated by semicolons; the last seven need spectra. */
    public static String matrices(List<MatrixMeasurement> rows) {
        CsvWriter csv = new CsvWriter(HEADER);
        rows.forEach(measured -> csv.add(cells(measured)));
        return csv.toString();
    }

    /** The columns of matrices.csv, for tables that have more. */
    public static List<String> columns() {
        return HEADER;
    }

    /** A matrix's cells in these columns. */
    public static List<String> cells(MatrixMeasurement measured) {
        MatrixRow row = measured.row();
        List<String> cells = new ArrayList<>(List.of(
                row.model(),
                row.revision(),
                row.stack(),
                measured.id().layerText(),
                row.matrix(),
                Long.toString(row.rows()),
                Long.toString(row.cols()),
                Long.toString(row.parameters()),
                row.dtype(),
                CsvWriter.number(row.frobeniusNorm()),
                CsvWriter.number(row.spectralNorm()),
                CsvWriter.number(row.spectralNormLower()),
                CsvWriter.number(row.spectralNormUpper()),
                CsvWriter.number(row.upperFailureProbability()),
                CsvWriter.number(row.stableRank()),
                CsvWriter.number(row.stableRankSquared()),
                CsvWriter.number(row.gaussianStableRank()),
                row.sourceTensors().stream().collect(Collectors.joining(";"))));
        cells.addAll(List.of(
                CsvWriter.number(row.hillExponent()),
                count(row.hillK()),
                CsvWriter.number(row.logFrobeniusNormSquared()),
                CsvWriter.number(row.logSpectralNormSquared()),
                count(row.singularValuesAboveEdge()),
                CsvWriter.number(row.signalToNoise()),
                CsvWriter.number(row.hillExponentFixedAspect())));
        return cells;
    }

    private static String count(@Nullable Integer count) {
        return count == null ? "" : count.toString();
    }

    /** The text of spectra.csv: the singular values of every row that has them, from the largest, index from 1. */
    public static String spectra(List<MatrixMeasurement> rows) {
        CsvWriter csv = new CsvWriter(SPECTRA_HEADER);
        rows.forEach(row -> add(csv, row));
        return csv.toString();
    }

    /**
     * The same of a comparison: the rows of A and B, and those of the differences under the model {@code B - A}. Empty where no
     * spectrum was measured.
     */
    public static Optional<String> spectra(ComparisonResult result) {
        CsvWriter csv = new CsvWriter(SPECTRA_HEADER);
        boolean any = false;
        for (MatrixMeasurement row : result.allMatrices()) {
            any |= add(csv, row);
        }
        String model = result.modelB().model() + " - " + result.modelA().model();
        String revision = result.modelB().revision() + " - " + result.modelA().revision();
        for (MatrixPair pair : result.pairs()) {
            TaskVector vector = pair.taskVector();
            Spectrum spectrum = vector == null ? null : vector.numbers().spectrum();
            any |= add(csv, model, revision, pair.id(), spectrum);
        }
        return any ? Optional.of(csv.toString()) : Optional.empty();
    }

    private static boolean add(CsvWriter csv, MatrixMeasurement row) {
        return add(csv, row.model(), row.revision(), row.id(), row.spectrum());
    }

    private static boolean add(CsvWriter csv, String model, String revision, MatrixId id, @Nullable Spectrum spectrum) {
        for (int i = 0; spectrum != null && i < spectrum.singularValues().length; i++) {
            csv.add(List.of(
                    model,
                    revision,
                    id.stack(),
                    id.layerText(),
                    id.matrix(),
                    Integer.toString(i + 1),
                    CsvWriter.number(spectrum.singularValues()[i]),
                    CsvWriter.number(spectrum.errorBound()),
                    CsvWriter.number(spectrum.effectiveRank()),
                    Integer.toString(spectrum.rank90()),
                    Integer.toString(spectrum.rank99())));
        }
        return spectrum != null;
    }
}
