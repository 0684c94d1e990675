package org.lowrank.examples;

import java.nio.file.Path;
import java.util.EnumSet;
import org.lowrank.analyzer.Lowrank;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFormat;

/** Writes a model's figures as SVG for a paper: {@code WriteFigures MODEL DIRECTORY}. */
public final class WriteFigures {
    private WriteFigures() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        try (Lowrank model = Lowrank.open(args[0])) {
            OutputDirectory directory = OutputDirectory.open(Path.of(args[1]));
            model.measure()
                    .files()
                    .write(directory, EnumSet.of(ResultFormat.SVG))
                    .forEach(System.out::println);
        }
    }
}
