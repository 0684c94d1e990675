package org.lowrank.trainer.output;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.Result;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultJson;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.CurvePoint;
import org.lowrank.trainer.experiment.ExperimentSettings;

/**
 * Everything an {@code experiment} run found, as saved in result.json. A report can be rendered from it alone.
 *
 * @param schemaVersion of this layout
 * @param kind {@code experiment}
 * @param settings all of them; equal settings give equal curves on one machine and version
 * @param environment what made it
 * @param curves every draw's
 * @param findings computed from the curves
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ExperimentResult(
        int schemaVersion,
        String kind,
        ExperimentSettings settings,
        Environment environment,
        List<Curve> curves,
        List<Finding> findings)
        implements Result {
    /** The current layout. */
    public static final int SCHEMA_VERSION = 1;

    /** The value of {@code kind}. */
    public static final String KIND = "experiment";

    /**
     * What a result was made with.
     *
     * @param version of lowrank
     * @param java version of the run-time
     * @param os name, version and architecture
     * @param threads used
     * @param commandLine as typed
     * @param started ISO-8601 instant
     * @param seconds of wall time, of all its runs together where it was resumed
     */
    public record Environment(
            String version,
            String java,
            String os,
            int threads,
            List<String> commandLine,
            String started,
            double seconds) {}

    /** A result with its findings. */
    public static ExperimentResult of(ExperimentSettings settings, Environment environment, List<Curve> curves) {
        List<Finding> findings = ExperimentViews.of(settings).findings(curves);
        return new ExperimentResult(SCHEMA_VERSION, KIND, settings, environment, curves, findings);
    }

    /** The same curves with the findings that this version draws from them. */
    public ExperimentResult judged() {
        return of(settings, environment, curves);
    }

    /** curves.csv, summary.csv, result.json and the report with its figures. */
    @Override
    public ResultFiles files() {
        String summary = ExperimentOutput.summary(this);
        // The page offers the summary; every draw's curves are larger than the page and lie beside it.
        return new ResultFiles(ExperimentReport.of(this, summary, null), ResultJson.writeCompact(this))
                .with("curves.csv", ExperimentOutput.curves(this))
                .with("summary.csv", summary);
    }

    /** {@code sweep}, {@code merging}; the first column of the CSV files. */
    public String experiment() {
        return ExperimentViews.of(settings).name();
    }

    /** The curves as rows of curves.csv. */
    public List<CurvePoint> points() {
        List<CurvePoint> points = new ArrayList<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.steps().length; i++) {
                points.add(new CurvePoint(
                        experiment(),
                        curve.condition(),
                        curve.draw(),
                        curve.lambda(),
                        curve.steps()[i],
                        curve.metric(),
                        curve.values()[i]));
            }
        }
        return points;
    }
}
