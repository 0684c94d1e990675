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
import org.lowrank.trainer.merge.MergeMechanism;
import org.lowrank.trainer.merge.MergedNetwork;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;
import org.lowrank.trainer.task.TaskPair;

/**
 * Whether Figure 3's networks merge for Theorem 2's reason: the same tasks, starts and draws as Figure 3's orthogonal
 * condition, with {@link MergeMechanism} of both networks over training beside the losses and ranks.
 */
public final class MechanismExperiment {
    /** The condition of its curves. */
    public static final String CONDITION = MergingPiece.ORTHOGONAL;

    private MechanismExperiment() {}

    /**
     * Trains, merges and measures.
     *
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(MechanismSettings settings, RunOptions options)
            throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (int i = 0; i < settings.draws(); i++) {
            int draw = i;
            for (double lambda : settings.weightDecays()) {
                plan.add(new PieceRunner.Planned(2 * settings.protocol().steps(), () -> piece(settings, draw, lambda)));
            }
        }
        MechanismSettings one = new MechanismSettings(
                settings.preset(), settings.protocol().ofOneDraw(), settings.hidden(), settings.weightDecays());
        return PieceRunner.run(plan, Fingerprint.of(one), options);
    }

    private static Piece piece(MechanismSettings settings, int draw, double lambda) {
        Protocol p = settings.protocol();
        TaskPair pair = SyntheticTasks.orthogonal(p.samples(), p.dimension(), p.frequency(), p.seed(), draw);
        List<Task> tasks = List.of(pair.first(), pair.second());
        List<Descent> descents = new ArrayList<>();
        for (int network = 0; network < 2; network++) {
            RandomStream random = new RandomStream(Seeds.of(p.seed(), draw, network, Seeds.Use.WEIGHTS));
            ReluNetwork start = p.initialisation().draw(MergingPiece.widths(p.dimension(), settings.hidden()), random);
            descents.add(MergingPiece.descent(
                    p.precision(), start, tasks.get(network), new DescentSettings(p.stepSize(), lambda)));
        }
        return new TrainingPiece(
                String.format(Locale.ROOT, "mechanism-draw-%d-lambda-%s", draw, lambda),
                p.steps(),
                descents,
                new Recorder(draw, RecordedSteps.logarithmic(p.steps(), p.records())),
                (recorder, networks) -> record(recorder, lambda, networks, tasks));
    }

    private static void record(Recorder recorder, double lambda, List<ReluNetwork> networks, List<Task> tasks) {
        ReluNetwork merged = MergedNetwork.of(networks.get(0), networks.get(1));
        for (int i = 0; i < 2; i++) {
            Subject subject = i == 0 ? Subject.FIRST : Subject.SECOND;
            ReluNetwork own = networks.get(i);
            Task task = tasks.get(i);
            recorder.put(CONDITION, lambda, subject, NetworkMeasures.fit(own, task));
            recorder.put(CONDITION, lambda, subject.merged(), NetworkMeasures.fit(merged, task));
            recorder.put(
                    CONDITION,
                    lambda,
                    subject,
                    MergeMechanism.of(own, networks.get(1 - i), merged, task, tasks.get(1 - i)));
            recorder.put(CONDITION, lambda, Quantity.STABLE_RANK, subject, NetworkMeasures.stableRanks(own));
            recorder.put(CONDITION, lambda, Quantity.FROBENIUS_NORM, subject, NetworkMeasures.frobeniusNorms(own));
            recorder.put(CONDITION, lambda, Quantity.ALIGNMENT.of(subject), NetworkMeasures.alignment(own, task));
        }
    }
}
