package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisOutput;
import org.lowrank.reports.CsvWriter;

/** trace.csv, the columns of matrices.csv after the step; and movement.csv. */
final class TraceOutput {
    private static final List<String> MOVEMENT = List.of(
            "model",
            "step",
            "previous_step",
            "stack",
            "layer",
            "matrix",
            "frobenius_norm",
            "movement",
            "distance_to_last");

    private TraceOutput() {}

    /** A row per checkpoint and matrix; a duplicate has the numbers of the checkpoint it repeats. */
    static String trace(TraceResult result) {
        List<String> header = new ArrayList<>(List.of("step"));
        header.addAll(AnalysisOutput.columns());
        CsvWriter csv = new CsvWriter(header);
        for (TraceResult.Checkpoint checkpoint : result.checkpoints()) {
            for (MatrixMeasurement row : result.rows(checkpoint)) {
                List<String> cells = new ArrayList<>(List.of(Long.toString(checkpoint.step())));
                cells.addAll(AnalysisOutput.cells(row));
                csv.add(cells);
            }
        }
        return csv.toString();
    }

    /** A row per checkpoint that was measured and matrix; empty where no distance was. */
    static Optional<String> movement(TraceResult result) {
        CsvWriter csv = new CsvWriter(MOVEMENT);
        boolean any = false;
        String previous = "";
        for (TraceResult.Checkpoint checkpoint : result.measured()) {
            Map<MatrixId, MatrixMeasurement> rows = new HashMap<>();
            checkpoint.matrices().forEach(row -> rows.put(row.id(), row));
            for (TraceResult.Movement one : checkpoint.movement()) {
                MatrixMeasurement row = rows.get(one.id());
                csv.add(List.of(
                        result.model(),
                        Long.toString(checkpoint.step()),
                        previous,
                        one.id().stack(),
                        one.id().layerText(),
                        one.id().matrix(),
                        CsvWriter.number(row == null ? null : (Double) row.frobeniusNorm()),
                        CsvWriter.number(one.sincePrevious()),
                        CsvWriter.number(one.toLast())));
                any = true;
            }
            previous = Long.toString(checkpoint.step());
        }
        return any ? Optional.of(csv.toString()) : Optional.empty();
    }
}
