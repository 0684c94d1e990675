package org.lowrank.examples;

import java.nio.file.Path;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.analyzer.output.ComparisonResult;

/** Compares two models matrix by matrix: {@code CompareModels BASE TUNED DIRECTORY}. */
public final class CompareModels {
    private CompareModels() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (Lowrank base = Lowrank.open(args[0]);
                Lowrank tuned = Lowrank.open(args[1])) {
            ComparisonResult result = base.compare(tuned);
            result.pairs().forEach(pair -> System.out.println(pair.id() + ": " + pair.frobeniusRatio()));
            result.writeTo(Path.of(args[2]));
        }
    }
}
