package org.lowrank.survey.population;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.work.UnitMeasurer;
import org.lowrank.survey.work.WorkPlan;
import org.lowrank.survey.work.WorkUnit;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * One model of a survey, from its name to its rows among the survey's files: the same wherever it is done, by one machine or by many.
 * Safe for several threads.
 */
public final class ModelSurvey {
    private final SurveyOptions options;
    private final MeasuringRun run;
    private final SurveyStore store;

    /**
     * Of a survey.
     *
     * @param run measures
     * @param files of the survey
     */
    public ModelSurvey(SurveyOptions options, MeasuringRun run, SurveyFiles files) {
        this.options = options;
        this.run = run;
        this.store = new SurveyStore(files);
    }

    /** Who measures a model that is open. */
    @FunctionalInterface
    public interface Rows {
        /**
         * The rows of its units.
         *
         * @return in any order; empty if others are to measure them
         */
        Optional<List<MatrixMeasurement>> of(ModelAnalysis model, List<WorkUnit> units)
                throws IOException, ModelNotFoundException, InterruptedException;
    }

    /**
     * What became of it.
     *
     * @param model measured or failed; empty where its units were left to others
     * @param failure what it failed with
     * @param reused whether it was saved before
     * @param left units to be measured
     */
    public record Outcome(
            Optional<SurveyedModel> model, Optional<Survey.Failure> failure, boolean reused, List<WorkUnit> left) {
        private static Outcome of(SurveyedModel model, boolean reused) {
            return new Outcome(Optional.of(model), Optional.empty(), reused, List.of());
        }
    }

    /** Surveys a model; see {@link #survey(SurveyTarget, String, Rows)}. */
    public Outcome survey(SurveyTarget target, Rows rows) throws ReportWriteException, InterruptedException {
        return survey(target, target.reference(), rows);
    }

    /**
     * Surveys a model: what was saved of it is used, else it is measured and saved. One that fails is an outcome.
     *
     * @param at what is opened: the target's reference, or the same at a commit
     * @throws ReportWriteException if the survey's files cannot be written
     * @throws InterruptedException if the thread is interrupted
     */
    public Outcome survey(SurveyTarget target, String at, Rows rows) throws ReportWriteException, InterruptedException {
        try {
            ModelReference reference = ModelReference.parse(at);
            try (ModelAnalysis model = run.open(reference, target.name())) {
                return of(model, target, reference, rows);
            }
        } catch (ReportWriteException | InterruptedException e) {
            throw e;
        } catch (IOException | ModelNotFoundException | RuntimeException | Error e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            return failed(target, e);
        }
    }

    private Outcome of(ModelAnalysis model, SurveyTarget target, ModelReference reference, Rows rows)
            throws IOException, ModelNotFoundException, InterruptedException {
        String identity = run.identity(model);
        String name = model.provenance().model();
        Optional<ModelOutcome> saved = options.again() ? Optional.empty() : store.saved(name, identity);
        if (saved.isPresent()) {
            store.write(saved.get());
            return Outcome.of(SurveyedModel.measured(target.reference(), saved.get()), true);
        }
        long start = System.nanoTime();
        List<WorkUnit> units =
                WorkPlan.of(model, reference, identity, options.measure().accuracy(), options.unitBytes());
        Optional<List<MatrixMeasurement>> measured = rows.of(model, units);
        if (measured.isEmpty()) {
            return new Outcome(Optional.empty(), Optional.empty(), false, units);
        }
        model.took("measure", (System.nanoTime() - start) / 1e9);
        ModelOutcome outcome = model.outcome(identity, WorkPlan.assembled(model, measured.get()));
        store.write(outcome);
        store.keep(run.result(List.of(outcome))); // last: what is kept is in the data set
        store.removeUnits(name);
        return Outcome.of(SurveyedModel.measured(target.reference(), outcome), false);
    }

    /** The same of a model that failed elsewhere. */
    public static Outcome failed(SurveyTarget target, Throwable cause) {
        String name = target.name().orElse(target.reference());
        return new Outcome(
                Optional.of(SurveyedModel.failed(name, target.reference(), Reasons.of(cause))),
                Optional.of(new Survey.Failure(target.reference(), cause)),
                false,
                List.of());
    }

    /**
     * Measures a unit of a model that was left to others, and keeps its rows until all of it are there. What is kept already, by
     * another attempt or an earlier run, is not measured again.
     *
     * @param measurer with the same options
     * @return whether it was measured now
     */
    public boolean measure(UnitMeasurer measurer, WorkUnit unit)
            throws IOException, ModelNotFoundException, InterruptedException {
        if (!options.again() && store.rows(unit).isPresent()) {
            return false;
        }
        store.keep(unit, measurer.measure(unit));
        return true;
    }

    /** The rows of units that were measured by others. */
    public Optional<List<MatrixMeasurement>> kept(List<WorkUnit> units) throws IOException {
        List<MatrixMeasurement> all = new ArrayList<>();
        for (WorkUnit unit : units) {
            all.addAll(store.rows(unit)
                    .orElseThrow(() -> new IOException("incomplete: " + unit.name() + ": unit " + unit.number() + " of "
                            + unit.count() + " was not measured; run again")));
        }
        return Optional.of(all);
    }

    /**
     * Writes survey.csv, takes out of the data set what is not of this survey, and gives the result.
     *
     * @param models in the order of the list
     */
    public SurveyResult finish(List<SurveyedModel> models) throws ReportWriteException {
        store.finish(models);
        return SurveyResult.of(run.tool(), options.measure().commandLine(), run.started(), run.settings(), models);
    }
}
