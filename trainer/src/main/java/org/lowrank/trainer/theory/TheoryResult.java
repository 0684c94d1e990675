package org.lowrank.trainer.theory;

import java.util.List;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.curve.CurvePoint;
import org.lowrank.trainer.output.CurveTables;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.TheorySettings;

/**
 * Everything a {@code theory} run found, as saved in result.json. A report can be rendered from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code theory}
 * @param toolVersion of lowrank
 * @param commandLine as typed
 * @param started ISO-8601 instant
 * @param settings the checks ran with
 * @param checks results in the paper's order
 */
public record TheoryResult(
        int schemaVersion,
        String kind,
        String toolVersion,
        List<String> commandLine,
        String started,
        TheorySettings settings,
        List<CheckResult> checks)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 2;

    /** The value of {@code kind}. */
    public static final String KIND = "theory";

    /** Puts results beside where they came from. */
    public static TheoryResult of(
            String toolVersion,
            List<String> commandLine,
            String started,
            TheorySettings settings,
            List<CheckResult> checks) {
        return new TheoryResult(SCHEMA_VERSION, KIND, toolVersion, commandLine, started, settings, checks);
    }

    /** curves.csv, summary.csv, verdicts.csv, result.json and the report with its figures. */
    @Override
    public ResultFiles files() {
        // The page offers neither table for download: both are larger than the page and lie beside it.
        return new ResultFiles(TheoryReport.of(this, null, null), ResultJson.writeCompact(this))
                .with("curves.csv", CurveTables.curves(points()))
                .with("summary.csv", CurveTables.summary(CurveTables.summarise(points())))
                .with("verdicts.csv", VerdictTable.csv(checks));
    }

    /** All checks' points, the rows of {@code curves.csv}. */
    public List<CurvePoint> points() {
        return checks.stream().flatMap(check -> check.points().stream()).toList();
    }
}
