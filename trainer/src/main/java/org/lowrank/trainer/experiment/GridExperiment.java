package org.lowrank.trainer.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.MergedNetwork;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/**
 * What Figure 3's readers ask next: the same training over widths, depths, overlaps of the tasks' inputs and numbers of tasks.
 * Metrics: {@code loss}, {@code error}, {@code stable_rank_w1…}, {@code frobenius_norm_w1…} of the first network;
 * {@code individual_loss}, {@code merged_loss}, {@code averaged_loss}, {@code merged_error}: means over the tasks, of each
 * task's own network, of the sum of all networks and of their mean.
 */
public final class GridExperiment {
    private GridExperiment() {}

    /**
     * Trains, merges and measures.
     *
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(GridSettings settings, RunOptions options) throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (double value : settings.values()) {
            for (double lambda : settings.weightDecays()) {
                for (int i = 0; i < settings.draws(); i++) {
                    int draw = i;
                    plan.add(new PieceRunner.Planned(
                            settings.networksAt(value) * settings.protocol().steps(),
                            () -> piece(settings, draw, value, lambda)));
                }
            }
        }
        GridSettings one = new GridSettings(
                settings.preset(),
                settings.protocol().ofOneDraw(),
                settings.axis(),
                settings.values(),
                settings.hidden(),
                settings.weightDecays());
        return PieceRunner.run(plan, Fingerprint.of(one), options);
    }

    private static Piece piece(GridSettings settings, int draw, double value, double lambda) {
        Protocol p = settings.protocol();
        List<Task> tasks = tasks(settings, draw, value);
        int[] widths = MergingPiece.widths(p.dimension(), settings.hiddenAt(value));
        List<Descent> descents = new ArrayList<>();
        for (int network = 0; network < tasks.size(); network++) {
            RandomStream random = new RandomStream(Seeds.of(p.seed(), draw, network, Seeds.Use.WEIGHTS));
            descents.add(MergingPiece.descent(
                    p.precision(),
                    p.initialisation().draw(widths, random),
                    tasks.get(network),
                    new DescentSettings(p.stepSize(), lambda)));
        }
        String condition = settings.condition(value);
        return new TrainingPiece(
                String.format(Locale.ROOT, "%s-draw-%d-lambda-%s", condition, draw, lambda),
                p.steps(),
                descents,
                new Recorder(draw, RecordedSteps.logarithmic(p.steps(), p.records())),
                (recorder, networks) -> record(recorder, condition, lambda, networks, tasks));
    }

    private static List<Task> tasks(GridSettings settings, int draw, double value) {
        Protocol p = settings.protocol();
        int count = settings.networksAt(value);
        if (settings.axis() == GridSettings.Axis.OVERLAP) {
            return List.of(
                    SyntheticTasks.half(p.samples(), p.dimension(), p.frequency(), p.seed(), draw, 0),
                    SyntheticTasks.overlapping(p.samples(), p.dimension(), value, p.frequency(), p.seed(), draw));
        }
        List<Task> tasks = new ArrayList<>();
        int share = p.dimension() / count;
        for (int i = 0; i < count; i++) {
            tasks.add(SyntheticTasks.sphere(
                    p.samples(),
                    p.dimension(),
                    i * share,
                    (i + 1) * share,
                    p.frequency(),
                    new RandomStream(Seeds.of(p.seed(), draw, i, Seeds.Use.INPUTS)),
                    new RandomStream(Seeds.of(p.seed(), draw, i, Seeds.Use.LABELS))));
        }
        return tasks;
    }

    private static void record(
            Recorder recorder, String condition, double lambda, List<ReluNetwork> networks, List<Task> tasks) {
        ReluNetwork first = networks.get(0);
        recorder.put(condition, lambda, Subject.ALONE, NetworkMeasures.fit(first, tasks.get(0)));
        recorder.put(condition, lambda, Quantity.STABLE_RANK, Subject.ALONE, NetworkMeasures.stableRanks(first));
        recorder.put(condition, lambda, Quantity.FROBENIUS_NORM, Subject.ALONE, NetworkMeasures.frobeniusNorms(first));
        if (networks.size() == 1) {
            return;
        }
        ReluNetwork sum = first;
        for (ReluNetwork other : networks.subList(1, networks.size())) {
            sum = MergedNetwork.of(sum, other);
        }
        ReluNetwork mean = MergedNetwork.scaled(sum, 1.0 / networks.size());
        double own = 0;
        double merged = 0;
        double averaged = 0;
        double error = 0;
        for (int i = 0; i < tasks.size(); i++) {
            own += NetworkMeasures.fit(networks.get(i), tasks.get(i)).loss() / tasks.size();
            NetworkMeasures.Fit together = NetworkMeasures.fit(sum, tasks.get(i));
            merged += together.loss() / tasks.size();
            error += together.error() / tasks.size();
            averaged += NetworkMeasures.fit(mean, tasks.get(i)).loss() / tasks.size();
        }
        recorder.put(condition, lambda, Quantity.INDIVIDUAL_LOSS.alone(), own);
        recorder.put(condition, lambda, Quantity.MERGED_LOSS.alone(), merged);
        recorder.put(condition, lambda, Quantity.AVERAGED_LOSS.alone(), averaged);
        recorder.put(condition, lambda, Quantity.MERGED_ERROR.alone(), error);
    }
}
