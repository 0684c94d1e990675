package org.lowrank.trainer.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.FusedDescent;
import org.lowrank.trainer.descent.LayeredDescent;
import org.lowrank.trainer.descent.PlainDescent;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.MergedNetwork;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.Task;
import org.lowrank.trainer.task.TaskPair;

/**
 * The networks of one draw and λ: two on orthogonal tasks and, at the λ of the curves over steps, a third on the first
 * one's task with fresh samples and labels, whose partner is the first network again.
 */
final class MergingPiece {
    static final String ORTHOGONAL = "orthogonal";
    static final String SAME = "same";

    private final double lambda;
    private final List<Task> tasks = new ArrayList<>();

    private MergingPiece(MergingSettings settings, MergingTasks source, int draw, double lambda) {
        this.lambda = lambda;
        TaskPair orthogonal = source.orthogonal(draw);
        tasks.add(orthogonal.first());
        tasks.add(orthogonal.second());
        if (lambda == settings.weightDecay()) {
            tasks.add(source.same(draw).second());
        }
    }

    static Piece of(MergingSettings settings, MergingTasks source, int draw, double lambda) {
        MergingPiece piece = new MergingPiece(settings, source, draw, lambda);
        DescentSettings descent = new DescentSettings(settings.stepSize(), lambda);
        List<Descent> descents = new ArrayList<>();
        for (int network = 0; network < piece.tasks.size(); network++) {
            RandomStream random = new RandomStream(Seeds.of(settings.seed(), draw, network, Seeds.Use.WEIGHTS));
            ReluNetwork start = settings.initialisation().draw(widths(source.dimension(), settings.hidden()), random);
            descents.add(descent(settings.precision(), start, piece.tasks.get(network), descent));
        }
        return new TrainingPiece(
                String.format(Locale.ROOT, "draw-%d-lambda-%s", draw, lambda),
                settings.steps(),
                descents,
                new Recorder(draw, RecordedSteps.logarithmic(settings.steps(), settings.records())),
                piece::record);
    }

    /** How many networks a piece trains. */
    static int networks(MergingSettings settings, double lambda) {
        return lambda == settings.weightDecay() ? 3 : 2;
    }

    /** d, the hidden widths, 1. */
    static int[] widths(int dimension, List<Integer> hidden) {
        int[] widths = new int[hidden.size() + 2];
        widths[0] = dimension;
        for (int k = 0; k < hidden.size(); k++) {
            widths[k + 1] = hidden.get(k);
        }
        widths[widths.length - 1] = 1;
        return widths;
    }

    /** The fast descent where there are two hidden layers and float is asked for, else the plain one. */
    static Descent descent(Precision precision, ReluNetwork start, Task task, DescentSettings settings) {
        if (precision == Precision.FLOAT64 || start.depth() == 1) {
            return new PlainDescent(start, task, settings);
        }
        return start.depth() == 3 ? new FusedDescent(start, task, settings) : new LayeredDescent(start, task, settings);
    }

    private void record(Recorder recorder, List<ReluNetwork> networks) {
        Trained first = trained(networks, 0);
        pair(recorder, ORTHOGONAL, first, trained(networks, 1));
        if (networks.size() > 2) {
            pair(recorder, SAME, first, trained(networks, 2));
        }
    }

    /** A network with what is measured of it alone. */
    private record Trained(
            ReluNetwork network,
            Task task,
            NetworkMeasures.Fit fit,
            double[] stableRanks,
            double[] norms,
            double alignment) {}

    private Trained trained(List<ReluNetwork> networks, int index) {
        ReluNetwork network = networks.get(index);
        Task task = tasks.get(index);
        return new Trained(
                network,
                task,
                NetworkMeasures.fit(network, task),
                NetworkMeasures.stableRanks(network),
                NetworkMeasures.frobeniusNorms(network),
                NetworkMeasures.alignment(network, task));
    }

    private void pair(Recorder recorder, String condition, Trained first, Trained second) {
        one(recorder, condition, Subject.FIRST, first);
        one(recorder, condition, Subject.SECOND, second);
        ReluNetwork merged = MergedNetwork.of(first.network(), second.network());
        recorder.put(condition, lambda, Subject.MERGED_FIRST, NetworkMeasures.fit(merged, first.task()));
        recorder.put(condition, lambda, Subject.MERGED_SECOND, NetworkMeasures.fit(merged, second.task()));
        recorder.put(condition, lambda, Quantity.STABLE_RANK, Subject.MERGED, NetworkMeasures.stableRanks(merged));
        recorder.put(
                condition, lambda, Quantity.FROBENIUS_NORM, Subject.MERGED, NetworkMeasures.frobeniusNorms(merged));
    }

    private void one(Recorder recorder, String condition, Subject subject, Trained trained) {
        recorder.put(condition, lambda, subject, trained.fit());
        recorder.put(condition, lambda, Quantity.STABLE_RANK, subject, trained.stableRanks());
        recorder.put(condition, lambda, Quantity.FROBENIUS_NORM, subject, trained.norms());
        recorder.put(condition, lambda, Quantity.ALIGNMENT.of(subject), trained.alignment());
    }
}
