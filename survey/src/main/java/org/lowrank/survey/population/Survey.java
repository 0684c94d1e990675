package org.lowrank.survey.population;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.ModelOutcome;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.work.UnitMeasurer;
import org.lowrank.survey.work.WorkPlan;
import org.lowrank.survey.work.WorkUnit;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * Many models into one table, on one machine: some are open at a time, their units of work are measured side by side within a limit of
 * memory. A model that fails is a row with its reason. What was measured before is not measured again.
 *
 * <pre>{@code
 * List<SurveyTarget> models = ModelList.read(Path.of("models.txt")).stream().map(SurveyTarget::new).toList();
 * Survey.Outcome outcome = Survey.run(models, SurveyOptions.of(MeasureOptions.defaults()), Path.of("results"));
 * outcome.result().models().forEach(model -> System.out.println(model.model() + " " + model.status()));
 * }</pre>
 */
public final class Survey {
    private final SurveyOptions options;
    private final MeasuringRun run;
    private final SurveyStore store;
    private final Progress progress;
    private final MemoryBudget memory;
    private final ExecutorService workers;

    private Survey(SurveyOptions options, MeasuringRun run, SurveyStore store, Progress progress) {
        this.options = options;
        this.run = run;
        this.store = store;
        this.progress = progress;
        this.memory = new MemoryBudget(options.memory());
        this.workers = Executors.newFixedThreadPool(options.measure().threads(), daemon("measure"));
    }

    /** Told of every model, from any thread. */
    public interface Progress {
        /** Nobody listens. */
        Progress NONE = new Progress() {};

        /** A model is done. */
        default void done(int models, int total, SurveyedModel last, boolean reused) {}

        /** A unit of a model is measured. */
        default void measured(String model, int units, int total) {}
    }

    /** A model that failed, and what it failed with. */
    public record Failure(String reference, Throwable cause) {}

    /**
     * What a survey gave.
     *
     * @param result of all models
     * @param failures in the order of the models
     * @param reused how many were taken from saved results
     */
    public record Outcome(SurveyResult result, List<Failure> failures, int reused) {}

    private record One(SurveyedModel model, Optional<Failure> failure, boolean reused) {}

    /** Surveys models into a directory; see {@link #run(List, SurveyOptions, OutputDirectory, Progress)}. */
    public static Outcome run(List<SurveyTarget> targets, SurveyOptions options, java.nio.file.Path directory)
            throws IOException, InterruptedException {
        return run(targets, options, OutputDirectory.open(directory), Progress.NONE);
    }

    /**
     * Surveys models. While it runs the directory gets {@code models/} and {@code survey.parquet/}, at the end survey.csv; the other
     * files are those of the result.
     *
     * @throws ReportWriteException if the directory cannot be written
     * @throws InterruptedException if the thread is interrupted; the same call goes on where this one stopped
     */
    public static Outcome run(
            List<SurveyTarget> targets, SurveyOptions options, OutputDirectory directory, Progress progress)
            throws IOException, InterruptedException {
        try (SurveyStore store = SurveyStore.open(directory);
                MeasuringRun run = new MeasuringRun(options.measure())) {
            Survey survey = new Survey(options, run, store, progress);
            List<One> all = survey.all(targets);
            List<SurveyedModel> models = all.stream().map(One::model).toList();
            store.finish(models);
            return new Outcome(
                    SurveyResult.of(run.tool(), options.measure().commandLine(), run.started(), run.settings(), models),
                    all.stream().flatMap(one -> one.failure().stream()).toList(),
                    (int) all.stream().filter(One::reused).count());
        }
    }

    private List<One> all(List<SurveyTarget> targets) throws IOException, InterruptedException {
        AtomicInteger done = new AtomicInteger();
        try {
            return SideBySide.all("survey", options.inFlight(), targets, target -> {
                One one = one(target);
                progress.done(done.incrementAndGet(), targets.size(), one.model(), one.reused());
                return one;
            });
        } finally {
            workers.shutdownNow();
        }
    }

    private One one(SurveyTarget target) throws ReportWriteException, InterruptedException {
        try {
            ModelReference reference = ModelReference.parse(target.reference());
            try (ModelAnalysis model = run.open(reference, target.name())) {
                return of(model, reference);
            }
        } catch (ReportWriteException | InterruptedException e) {
            throw e;
        } catch (IOException | ModelNotFoundException | RuntimeException | Error e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedException();
            }
            String name = target.name().orElse(target.reference());
            return new One(
                    SurveyedModel.failed(name, target.reference(), Reasons.of(e)),
                    Optional.of(new Failure(target.reference(), e)),
                    false);
        }
    }

    private One of(ModelAnalysis model, ModelReference reference)
            throws IOException, ModelNotFoundException, InterruptedException {
        String identity = run.identity(model);
        String name = model.provenance().model();
        Optional<ModelOutcome> saved = options.again() ? Optional.empty() : store.saved(name, identity);
        if (saved.isPresent()) {
            store.write(saved.get());
            return new One(SurveyedModel.measured(reference.text(), saved.get()), Optional.empty(), true);
        }
        long start = System.nanoTime();
        List<MatrixMeasurement> rows = measured(model, reference, identity);
        model.took("measure", (System.nanoTime() - start) / 1e9);
        ModelOutcome outcome = model.outcome(identity, rows);
        store.write(outcome);
        store.keep(run.result(List.of(outcome))); // last: what is kept is in the data set
        return new One(SurveyedModel.measured(reference.text(), outcome), Optional.empty(), false);
    }

    /** All units of a model, among those of other models. */
    private List<MatrixMeasurement> measured(ModelAnalysis model, ModelReference reference, String identity)
            throws IOException, ModelNotFoundException, InterruptedException {
        List<WorkUnit> units =
                WorkPlan.of(model, reference, identity, options.measure().accuracy(), options.unitBytes());
        AtomicInteger done = new AtomicInteger();
        List<List<MatrixMeasurement>> rows = new ArrayList<>();
        try (UnitTasks<List<MatrixMeasurement>> tasks = new UnitTasks<>(workers)) {
            for (WorkUnit unit : units) {
                tasks.submit(() -> {
                    try (MemoryBudget.Share share = memory.take(unit.memory())) {
                        List<MatrixMeasurement> of = UnitMeasurer.measure(run, model, unit);
                        progress.measured(unit.name(), done.incrementAndGet(), units.size());
                        return of;
                    }
                });
            }
            rows.addAll(tasks.results());
        }
        return WorkPlan.assembled(model, rows.stream().flatMap(List::stream).toList());
    }

    private static ThreadFactory daemon(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "lowrank-survey-" + name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
