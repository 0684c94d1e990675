package org.lowrank.survey.population;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.work.UnitMeasurer;
import org.lowrank.survey.work.WorkUnit;
import org.lowrank.weights.files.ModelNotFoundException;

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
    private final ModelSurvey models;
    private final Progress progress;
    private final MemoryBudget memory;
    private final ExecutorService workers;

    private Survey(SurveyOptions options, MeasuringRun run, ModelSurvey models, Progress progress) {
        this.options = options;
        this.run = run;
        this.models = models;
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
        SurveyFiles files = new LocalSurveyFiles(directory);
        try (SurveyLock lock = SurveyLock.of(directory);
                MeasuringRun run = new MeasuringRun(options.measure())) {
            new SurveyStore(files).removeHalfWritten();
            ModelSurvey models = new ModelSurvey(options, run, files);
            List<ModelSurvey.Outcome> all = new Survey(options, run, models, progress).all(targets);
            return new Outcome(
                    models.finish(
                            all.stream().flatMap(one -> one.model().stream()).toList()),
                    all.stream().flatMap(one -> one.failure().stream()).toList(),
                    (int) all.stream().filter(ModelSurvey.Outcome::reused).count());
        }
    }

    private List<ModelSurvey.Outcome> all(List<SurveyTarget> targets) throws IOException, InterruptedException {
        AtomicInteger done = new AtomicInteger();
        try {
            return SideBySide.all("survey", options.inFlight(), targets, target -> {
                ModelSurvey.Outcome one = models.survey(target, this::rows);
                progress.done(
                        done.incrementAndGet(), targets.size(), one.model().orElseThrow(), one.reused());
                return one;
            });
        } finally {
            workers.shutdownNow();
        }
    }

    /** All units of a model, among those of other models. */
    private Optional<List<MatrixMeasurement>> rows(ModelAnalysis model, List<WorkUnit> units)
            throws IOException, ModelNotFoundException, InterruptedException {
        AtomicInteger done = new AtomicInteger();
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
            return Optional.of(tasks.results().stream().flatMap(List::stream).toList());
        }
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
