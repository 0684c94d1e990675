package org.lowrank.trainer.output;

import java.nio.file.Path;
import java.util.List;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** The CSV files of an experiment. */
public final class ExperimentOutput {
    private ExperimentOutput() {}

    /** The text of curves.csv. */
    public static String curves(ExperimentResult result) {
        return CurveTables.curves(result.points());
    }

    /** The text of summary.csv. */
    public static String summary(ExperimentResult result) {
        return CurveTables.summary(CurveTables.summarise(result.points()));
    }

    /** Writes curves.csv and summary.csv and returns their paths. */
    public static List<Path> write(OutputDirectory directory, ExperimentResult result) throws ReportWriteException {
        return List.of(directory.write("curves.csv", curves(result)), directory.write("summary.csv", summary(result)));
    }
}
