package org.lowrank.examples;

import java.nio.file.Path;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.output.AnalysisResult;

/** Measures a model by name and writes tables and the report: {@code MeasureModel MODEL DIRECTORY}. */
public final class MeasureModel {
    private MeasureModel() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (Lowrank model = Lowrank.open(args[0])) {
            AnalysisResult result = model.measure();
            result.matrices().forEach(row -> System.out.println(row.id() + ": stable rank " + row.stableRank()));
            result.writeTo(Path.of(args[1]));
        }
    }
}
