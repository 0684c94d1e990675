package org.lowrank.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.population.ModelSurvey;
import org.lowrank.survey.population.SurveyOptions;
import org.lowrank.survey.population.SurveyTarget;
import org.lowrank.survey.work.UnitMeasurer;
import org.lowrank.survey.work.WorkUnit;
import org.lowrank.weights.files.ModelNotFoundException;

/** The part of a survey that one executor does: one engine for all its tasks, models kept open from one task to the next. */
final class ExecutorSurvey {
    private static final Map<SurveyJob, ExecutorSurvey> OF_JOB = new ConcurrentHashMap<>();

    private final MeasuringRun run;
    private final UnitMeasurer measurer;
    private final ModelSurvey models;

    private ExecutorSurvey(SurveyJob job) {
        SurveyOptions options = job.survey(HubToken.get());
        this.run = new MeasuringRun(options.measure());
        this.measurer = new UnitMeasurer(options.measure());
        try {
            this.models = new ModelSurvey(options, run, HadoopSurveyFiles.of(job.out()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of this process: it lives as long. */
    static ExecutorSurvey of(SurveyJob job) {
        return OF_JOB.computeIfAbsent(job, ExecutorSurvey::new);
    }

    /**
     * A model of the list.
     *
     * @param index from 0
     * @param name to report, empty for the model's own
     */
    record Target(int index, String reference, String name) implements Serializable {
        private static final long serialVersionUID = 1L;

        static Target of(int index, SurveyTarget target) {
            return new Target(index, target.reference(), target.name().orElse(""));
        }

        SurveyTarget target() {
            return new SurveyTarget(reference, Optional.of(name).filter(text -> !text.isEmpty()));
        }
    }

    /**
     * A unit of a model of the list.
     *
     * @param of which model
     */
    record TargetUnit(Target of, WorkUnit unit) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** Opens a model. One that is a single unit is measured at once: it is not opened twice. */
    ModelReport begin(Target target) throws ReportWriteException, InterruptedException {
        return report(target, models.survey(target.target(), this::atOnce));
    }

    private Optional<List<MatrixMeasurement>> atOnce(ModelAnalysis model, List<WorkUnit> units)
            throws IOException, ModelNotFoundException, InterruptedException {
        boolean isTold = !units.get(0).identity().isEmpty(); // else its units could not be told from another content's
        if (units.size() > 1 && isTold) {
            return Optional.empty();
        }
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (WorkUnit unit : units) {
            rows.addAll(UnitMeasurer.measure(run, model, unit));
        }
        return Optional.of(rows);
    }

    /** Measures a task's units; what failed is told. */
    List<ModelReport> measure(List<TargetUnit> units) throws ReportWriteException, InterruptedException {
        List<ModelReport> failed = new ArrayList<>();
        for (TargetUnit one : units) {
            try {
                models.measure(measurer, one.unit());
            } catch (ReportWriteException | InterruptedException e) {
                throw e;
            } catch (IOException | ModelNotFoundException | RuntimeException e) {
                failed.add(report(one.of(), ModelSurvey.failed(one.of().target(), e)));
            }
        }
        return failed;
    }

    /** Puts a model together whose units are measured. */
    ModelReport end(Target target, List<WorkUnit> units) throws ReportWriteException, InterruptedException {
        return report(
                target,
                models.survey(target.target(), units.get(0).reference(), (model, planned) -> models.kept(planned)));
    }

    private ModelReport report(Target target, ModelSurvey.Outcome outcome) {
        return ModelReport.of(target.index(), outcome, run.engine().description());
    }
}
