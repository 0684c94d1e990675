package org.lowrank.merge.output;

import static org.lowrank.reports.CsvWriter.number;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.lowrank.merge.prediction.MatrixPart;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.reports.CsvWriter;

/** The result as CSV. Columns are only ever added at the end. */
final class MergeTables {
    private static final String TEXTS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private MergeTables() {}

    /** merge.csv: one row per tensor of the merged model. */
    static String tensors(MergeResult result) {
        CsvWriter csv = new CsvWriter(List.of(
                "tensor", "layer", "matrices", "dtype", "shape", "action", "weights", "densities", "lambda", "t"));
        for (MergeResult.TensorRow row : result.tensors()) {
            csv.add(List.of(
                    row.name(),
                    row.layer() < 0 ? "" : Integer.toString(row.layer()),
                    row.matrices(),
                    row.dtype(),
                    row.shape().stream().map(String::valueOf).collect(Collectors.joining("x")),
                    row.action(),
                    numbers(row.weights()),
                    numbers(row.densities()),
                    number(row.lambda()),
                    number(row.t())));
        }
        return csv.toString();
    }

    private static String numbers(List<Double> values) {
        return values.stream().map(CsvWriter::number).collect(Collectors.joining(";"));
    }

    /** prediction.csv: one row per matrix and pair of task vectors, each number beside that of unrelated ones. */
    static String predictions(MergeResult result) {
        CsvWriter csv = new CsvWriter(List.of(
                "stack",
                "layer",
                "matrix",
                "rows",
                "cols",
                "model_a",
                "model_b",
                "frobenius_norm_a",
                "frobenius_norm_b",
                "spectral_norm_a",
                "spectral_norm_b",
                "stable_rank_a",
                "stable_rank_b",
                "weight_a",
                "weight_b",
                "cosine",
                "random_cosine",
                "sign_conflict",
                "random_sign_conflict",
                "directions",
                "row_overlap",
                "random_row_overlap",
                "column_overlap",
                "random_column_overlap",
                "interference",
                "random_interference",
                "spectral_norm_sum",
                "spectral_norm_largest",
                "spectral_norm_together",
                "random_spectral_norm_sum"));
        for (PairPrediction pair : result.predictions()) {
            List<String> cells = new ArrayList<>(List.of(
                    pair.matrix().stack(),
                    pair.matrix().layerText(),
                    pair.matrix().matrix(),
                    Long.toString(pair.rows()),
                    Long.toString(pair.cols()),
                    pair.a().model(),
                    pair.b().model()));
            MatrixPart a = pair.a();
            MatrixPart b = pair.b();
            cells.addAll(List.of(
                    number(a.frobeniusNorm()),
                    number(b.frobeniusNorm()),
                    number(a.spectralNorm()),
                    number(b.spectralNorm()),
                    number(a.stableRank()),
                    number(b.stableRank()),
                    number(a.weight()),
                    number(b.weight())));
            cells.addAll(angle(pair.angle()));
            cells.addAll(overlap(pair.overlap()));
            cells.addAll(sum(pair.sum()));
            csv.add(cells);
        }
        return csv.toString();
    }

    private static List<String> angle(PairPrediction.@org.jspecify.annotations.Nullable Angle angle) {
        return angle == null
                ? List.of("", "", "", "")
                : List.of(
                        number(angle.cosine()),
                        number(angle.randomCosine()),
                        number(angle.signConflict()),
                        number(angle.randomSignConflict()));
    }

    private static List<String> overlap(PairPrediction.@org.jspecify.annotations.Nullable Overlap overlap) {
        return overlap == null
                ? List.of("", "", "", "", "", "", "")
                : List.of(
                        Integer.toString(overlap.directions()),
                        number(overlap.rowOverlap()),
                        number(overlap.randomRowOverlap()),
                        number(overlap.columnOverlap()),
                        number(overlap.randomColumnOverlap()),
                        number(overlap.interference()),
                        number(overlap.randomInterference()));
    }

    private static List<String> sum(PairPrediction.@org.jspecify.annotations.Nullable WeightedSum sum) {
        return sum == null
                ? List.of("", "", "", "")
                : List.of(
                        number(sum.spectralNorm()),
                        number(sum.largest()),
                        number(sum.together()),
                        number(sum.random()));
    }

    /** verification.csv: one row per matrix and model. */
    static String verification(MergeResult result) {
        CsvWriter csv = new CsvWriter(List.of(
                "stack",
                "layer",
                "matrix",
                "frobenius_norm",
                "spectral_norm",
                "stable_rank",
                "predicted_spectral_norm",
                "model",
                "spectral_norm_part",
                "retained",
                "cosine"));
        for (Verification matrix : result.verification()) {
            for (Verification.Retained part : matrix.parts()) {
                csv.add(List.of(
                        matrix.matrix().stack(),
                        matrix.matrix().layerText(),
                        matrix.matrix().matrix(),
                        number(matrix.frobeniusNorm()),
                        number(matrix.spectralNorm()),
                        number(matrix.stableRank()),
                        number(matrix.predictedSpectralNorm()),
                        part.model(),
                        number(part.spectralNorm()),
                        number(part.retained()),
                        number(part.cosine())));
            }
        }
        return csv.toString();
    }

    /** losses.csv: one row per model and text. */
    static String losses(MergeResult result) {
        CsvWriter csv = new CsvWriter(List.of("role", "model", "kind", "text", "nll"));
        for (TaskLosses losses : result.losses()) {
            for (int text = 0; text < losses.losses().size(); text++) {
                csv.add(List.of(
                        losses.role(),
                        losses.model(),
                        losses.kind(),
                        TEXTS.substring(text, text + 1),
                        number(losses.losses().get(text))));
            }
        }
        return csv.toString();
    }
}
