package org.lowrank.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.reports.UnreadableResultException;
import org.lowrank.spark.ExecutorSurvey.Target;
import org.lowrank.spark.ExecutorSurvey.TargetUnit;
import org.lowrank.survey.population.SurveyTarget;
import org.lowrank.survey.population.SurveyedModel;
import org.lowrank.survey.work.WorkPlan;
import org.lowrank.survey.work.WorkUnit;

/**
 * The driver's part of a survey, three jobs: models are opened, and those of one unit measured; the units of the others are dealt to
 * tasks of about the same bytes; models whose units are measured are put together. Tasks write what they measured themselves and tell
 * the driver only what became of each model. A task that is run again, or twice, finds what was written or writes the same.
 */
final class SparkSurvey {
    /** Tasks of a job: more cost the driver more than they gain. */
    private static final int MOST_TASKS = 10_000;

    /** Tasks for each core: so few that models stay open, so many that the last one to end keeps the others waiting little. */
    private static final int TASKS_PER_CORE = 4;

    private final JavaSparkContext spark;
    private final SurveyJob job;

    SparkSurvey(JavaSparkContext spark, SurveyJob job) {
        this.spark = spark;
        this.job = job;
    }

    /**
     * What a survey gave.
     *
     * @param models in the order of the list
     * @param reused how many were saved before
     * @param exitCode of the first that failed, 0 where none did
     */
    record Outcome(List<SurveyedModel> models, int reused, int exitCode) {}

    /**
     * Surveys models.
     *
     * @throws ReportWriteException if executors differ in how they measure
     */
    Outcome run(List<SurveyTarget> targets) throws ReportWriteException, UnreadableResultException {
        List<Target> all = new ArrayList<>();
        targets.forEach(target -> all.add(Target.of(all.size(), target)));
        ModelReport[] reports = new ModelReport[all.size()];
        SurveyJob told = job;
        spark.setJobDescription("open " + all.size() + " models, measure the small ones");
        store(
                reports,
                spark.parallelize(all, Math.min(MOST_TASKS, all.size()))
                        .map(target -> ExecutorSurvey.of(told).begin(target))
                        .collect());
        requireOneKindOfKernels(reports);
        List<List<TargetUnit>> left = Arrays.stream(reports)
                .filter(report -> !report.isDone())
                .map(report -> report.left().stream()
                        .map(unit -> new TargetUnit(all.get(report.index()), unit))
                        .toList())
                .toList();
        if (!left.isEmpty()) {
            List<List<TargetUnit>> tasks = tasks(left);
            spark.setJobDescription("measure the units of " + left.size() + " larger models");
            store(
                    reports,
                    spark.parallelize(tasks, tasks.size())
                            .flatMap(units ->
                                    ExecutorSurvey.of(told).measure(units).iterator())
                            .collect());
            List<List<TargetUnit>> whole = new ArrayList<>(left);
            whole.removeIf(units -> reports[units.get(0).of().index()].isDone()); // failed
            spark.setJobDescription("put " + whole.size() + " larger models together");
            store(
                    reports,
                    spark.parallelize(whole, Math.max(1, Math.min(MOST_TASKS, whole.size())))
                            .map(units -> ExecutorSurvey.of(told)
                                    .end(
                                            units.get(0).of(),
                                            units.stream().map(TargetUnit::unit).toList()))
                            .collect());
        }
        return outcome(reports);
    }

    /** Units of all models, each task about the same bytes. */
    private List<List<TargetUnit>> tasks(List<List<TargetUnit>> left) {
        Map<WorkUnit, TargetUnit> of = new HashMap<>();
        left.forEach(units -> units.forEach(one -> of.put(one.unit(), one)));
        int count = Math.min(MOST_TASKS, TASKS_PER_CORE * spark.defaultParallelism());
        List<List<TargetUnit>> tasks = new ArrayList<>();
        for (List<WorkUnit> units : WorkPlan.spread(List.copyOf(of.keySet()), count)) {
            tasks.add(new ArrayList<>(units.stream()
                    .sorted((a, b) -> a.name().equals(b.name())
                            ? Integer.compare(a.number(), b.number())
                            : a.name().compareTo(b.name())) // a model's together: it is opened once
                    .map(of::get)
                    .toList()));
        }
        return tasks;
    }

    private static void store(ModelReport[] reports, List<ModelReport> more) {
        more.forEach(report -> reports[report.index()] = report);
    }

    private static void requireOneKindOfKernels(ModelReport[] reports) throws ReportWriteException {
        Set<String> kernels = new TreeSet<>();
        Arrays.stream(reports).forEach(report -> kernels.add(report.kernels()));
        if (kernels.size() > 1) {
            throw new ReportWriteException(
                    "processors differ: executors measure with " + String.join(" and with ", kernels)
                            + ", whose last digits differ; run on machines of one kind, or make them alike with"
                            + " --conf spark.executor.extraJavaOptions=-XX:UseAVX=2");
        }
    }

    private static Outcome outcome(ModelReport[] reports) throws UnreadableResultException {
        List<SurveyedModel> models = new ArrayList<>();
        int reused = 0;
        int exitCode = 0;
        for (ModelReport report : reports) {
            models.add(report.surveyed());
            reused += report.reused() ? 1 : 0;
            exitCode = exitCode == 0 ? report.exitCode() : exitCode;
        }
        return new Outcome(models, reused, exitCode);
    }
}
