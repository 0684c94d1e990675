package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.AdapterAlignment;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.analyzer.comparison.TaskVectorRow;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.reports.CsvWriter;

/** comparison.csv: one row per matrix of either model; what could not be compared says why in {@code note}. */
public final class ComparisonOutput {
    private static final List<String> HEADER = List.of(
            "model_a",
            "revision_a",
            "model_b",
            "revision_b",
            "stack",
            "layer",
            "matrix",
            "rows_a",
            "cols_a",
            "rows_b",
            "cols_b",
            "frobenius_ratio",
            "spectral_ratio",
            "stable_rank_ratio",
            "difference_frobenius_norm",
            "difference_relative_size",
            "difference_spectral_norm",
            "difference_spectral_norm_lower",
            "difference_spectral_norm_upper",
            "difference_upper_failure_probability",
            "difference_stable_rank",
            "difference_stable_rank_squared",
            "gaussian_stable_rank",
            "leading_directions",
            "row_space_overlap",
            "random_row_space_overlap",
            "column_space_overlap",
            "random_column_space_overlap",
            "relative_gap_a",
            "relative_gap_b",
            "angle_error_a",
            "angle_error_b",
            "row_space_cosines",
            "column_space_cosines",
            "note",
            "relative_error_frobenius",
            "relative_error_spectral",
            "adapter_rank",
            "output_space_in_base",
            "random_output_space_in_base",
            "input_space_in_base",
            "random_input_space_in_base",
            "output_energy_in_base",
            "input_energy_in_base",
            "new_directions",
            "null_new_directions",
            "layer_b");
    /** The columns of adapters beside their base. */
    private static final int ALIGNMENT = 9;

    private ComparisonOutput() {}

    /** The text of comparison.csv; cosines of one pair are separated by spaces. */
    public static String csv(ComparisonResult result) {
        CsvWriter rows = new CsvWriter(HEADER);
        result.pairs().forEach(pair -> rows.add(pair(result, pair)));
        result.unmatched().forEach(one -> rows.add(unmatched(result, one)));
        return rows.toString();
    }

    private static List<String> pair(ComparisonResult result, MatrixPair pair) {
        List<String> cells = start(result, pair.id());
        for (long size : new long[] {pair.rowsA(), pair.colsA(), pair.rowsB(), pair.colsB()}) {
            cells.add(Long.toString(size));
        }
        cells.add(CsvWriter.number(pair.frobeniusRatio()));
        cells.add(CsvWriter.number(pair.spectralRatio()));
        cells.add(CsvWriter.number(pair.stableRankRatio()));
        TaskVector measured = pair.taskVector();
        TaskVectorRow vector = measured == null ? null : measured.row();
        List<Function<TaskVectorRow, @Nullable Double>> ofVector = List.of(
                TaskVectorRow::frobeniusNorm,
                TaskVectorRow::relativeSize,
                TaskVectorRow::spectralNorm,
                TaskVectorRow::spectralNormLower,
                TaskVectorRow::spectralNormUpper,
                TaskVectorRow::upperFailureProbability,
                TaskVectorRow::stableRank,
                TaskVectorRow::stableRankSquared,
                TaskVectorRow::gaussianStableRank);
        ofVector.forEach(value -> cells.add(vector == null ? "" : CsvWriter.number(value.apply(vector))));
        SubspaceOverlap overlap = pair.overlap();
        cells.add(overlap == null ? "" : Integer.toString(overlap.directions()));
        List<Function<SubspaceOverlap, @Nullable Double>> ofOverlap = List.of(
                SubspaceOverlap::rowSpaceOverlap,
                SubspaceOverlap::randomRowSpaceOverlap,
                SubspaceOverlap::columnSpaceOverlap,
                SubspaceOverlap::randomColumnSpaceOverlap,
                SubspaceOverlap::relativeGapA,
                SubspaceOverlap::relativeGapB,
                SubspaceOverlap::angleErrorA,
                SubspaceOverlap::angleErrorB);
        ofOverlap.forEach(value -> cells.add(overlap == null ? "" : CsvWriter.number(value.apply(overlap))));
        cells.add(overlap == null ? "" : cosines(overlap.rowSpaceCosines()));
        cells.add(overlap == null ? "" : cosines(overlap.columnSpaceCosines()));
        cells.add(String.join("; ", pair.notes()));
        cells.add(vector == null ? "" : CsvWriter.number(vector.relativeSize()));
        cells.add(vector == null ? "" : CsvWriter.number(vector.relativeSpectralSize()));
        cells.addAll(alignment(pair.alignment()));
        cells.add(pair.layerTextB());
        return cells;
    }

    private static List<String> alignment(@Nullable AdapterAlignment own) {
        if (own == null) {
            return Collections.nCopies(ALIGNMENT, "");
        }
        return List.of(
                Integer.toString(own.rank()),
                CsvWriter.number(own.outputSpaceInBase()),
                CsvWriter.number(own.randomOutputSpaceInBase()),
                CsvWriter.number(own.inputSpaceInBase()),
                CsvWriter.number(own.randomInputSpaceInBase()),
                CsvWriter.number(own.outputEnergyInBase()),
                CsvWriter.number(own.inputEnergyInBase()),
                Integer.toString(own.newDirections()),
                Integer.toString(own.nullNewDirections()));
    }

    private static List<String> unmatched(ComparisonResult result, Comparison.Unmatched one) {
        List<String> cells = start(result, one.id());
        String rows = Long.toString(one.rows());
        String cols = Long.toString(one.cols());
        cells.addAll(one.inA() ? List.of(rows, cols, "", "") : List.of("", "", rows, cols));
        while (cells.size() < HEADER.indexOf("note")) {
            cells.add("");
        }
        cells.addAll(List.of(one.reason(), "", ""));
        cells.addAll(alignment(null));
        cells.add("");
        return cells;
    }

    private static List<String> start(ComparisonResult result, MatrixId id) {
        return new ArrayList<>(List.of(
                result.modelA().model(),
                result.modelA().revision(),
                result.modelB().model(),
                result.modelB().revision(),
                id.stack(),
                id.layerText(),
                id.matrix()));
    }

    private static String cosines(double[] cosines) {
        StringBuilder text = new StringBuilder();
        for (double cosine : cosines) {
            text.append(text.isEmpty() ? "" : " ").append(CsvWriter.number(cosine));
        }
        return text.toString();
    }
}
