package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.FusedDescent;
import org.lowrank.trainer.descent.PlainDescent;
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
final class MergingPiece implements Piece {
    static final String ORTHOGONAL = "orthogonal";
    static final String SAME = "same";

    /** Save periods of a descent between looks at the clock: a few seconds at most. */
    private static final int PERIODS = 16;

    private final int draw;
    private final double lambda;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Descent> descents = new ArrayList<>();
    private final List<byte[]> saved = new ArrayList<>();
    private final Recorder recorder;
    private final long steps;

    MergingPiece(MergingSettings settings, MergingTasks source, int draw, double lambda) {
        this.draw = draw;
        this.lambda = lambda;
        this.steps = settings.steps();
        TaskPair orthogonal = source.orthogonal(draw);
        tasks.add(orthogonal.first());
        tasks.add(orthogonal.second());
        if (lambda == settings.weightDecay()) {
            tasks.add(source.same(draw).second());
        }
        DescentSettings descent = new DescentSettings(settings.stepSize(), lambda);
        for (int network = 0; network < tasks.size(); network++) {
            RandomStream random = new RandomStream(Seeds.of(settings.seed(), draw, network, Seeds.Use.WEIGHTS));
            ReluNetwork start = settings.initialisation().draw(widths(source.dimension(), settings.hidden()), random);
            boolean fused = settings.precision() == Precision.FLOAT32 && start.depth() == 3;
            descents.add(
                    fused
                            ? new FusedDescent(start, tasks.get(network), descent)
                            : new PlainDescent(start, tasks.get(network), descent));
            saved.add(descents.get(network).save());
        }
        recorder = new Recorder(draw, RecordedSteps.logarithmic(steps, settings.records()));
    }

    /** How many networks a piece trains. */
    static int networks(MergingSettings settings, double lambda) {
        return lambda == settings.weightDecay() ? 3 : 2;
    }

    private static int[] widths(int dimension, List<Integer> hidden) {
        int[] widths = new int[hidden.size() + 2];
        widths[0] = dimension;
        for (int k = 0; k < hidden.size(); k++) {
            widths[k + 1] = hidden.get(k);
        }
        widths[widths.length - 1] = 1;
        return widths;
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "draw-%d-lambda-%s", draw, lambda);
    }

    @Override
    public long work() {
        return steps * descents.size();
    }

    @Override
    public long done() {
        return recorder.complete()
                ? work()
                : descents.stream().mapToLong(Descent::step).sum();
    }

    @Override
    public boolean advance() {
        if (recorder.complete()) {
            return false;
        }
        long target = recorder.next();
        for (int network = 0; network < descents.size(); network++) {
            Descent descent = descents.get(network);
            if (descent.step() < target) {
                int chunk = PERIODS * descent.savePeriod();
                // Up to the next multiple, where the state can be kept.
                descent.advanceTo(Math.min(target, (descent.step() / chunk + 1) * chunk));
                if (descent.step() % chunk == 0) {
                    saved.set(network, descent.save());
                }
                return true;
            }
        }
        record();
        recorder.advance();
        return !recorder.complete();
    }

    private void record() {
        Trained first = trained(0);
        pair(ORTHOGONAL, first, trained(1));
        if (descents.size() > 2) {
            pair(SAME, first, trained(2));
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

    private Trained trained(int index) {
        ReluNetwork network = descents.get(index).network();
        NetworkMeasures.requireFinite(
                network, name() + ", step " + descents.get(index).step());
        Task task = tasks.get(index);
        return new Trained(
                network,
                task,
                NetworkMeasures.fit(network, task),
                NetworkMeasures.stableRanks(network),
                NetworkMeasures.frobeniusNorms(network),
                NetworkMeasures.alignment(network, task));
    }

    private void pair(String condition, Trained first, Trained second) {
        one(condition, "_first", first);
        one(condition, "_second", second);
        ReluNetwork merged = MergedNetwork.of(first.network(), second.network());
        recorder.put(condition, lambda, "_merged_first", NetworkMeasures.fit(merged, first.task()));
        recorder.put(condition, lambda, "_merged_second", NetworkMeasures.fit(merged, second.task()));
        recorder.put(condition, lambda, "stable_rank", "_merged", NetworkMeasures.stableRanks(merged));
        recorder.put(condition, lambda, "frobenius_norm", "_merged", NetworkMeasures.frobeniusNorms(merged));
    }

    private void one(String condition, String suffix, Trained trained) {
        recorder.put(condition, lambda, suffix, trained.fit());
        recorder.put(condition, lambda, "stable_rank", suffix, trained.stableRanks());
        recorder.put(condition, lambda, "frobenius_norm", suffix, trained.norms());
        recorder.put(condition, lambda, "alignment" + suffix, trained.alignment());
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
        recorder.write(out);
        if (!recorder.complete()) {
            for (byte[] state : saved) {
                out.writeInt(state.length);
                out.write(state);
            }
        }
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        recorder.read(in);
        if (!recorder.complete()) {
            for (int network = 0; network < descents.size(); network++) {
                saved.set(network, in.readNBytes(in.readInt()));
                descents.get(network).restore(saved.get(network));
            }
        }
    }

    @Override
    public List<Curve> curves() {
        return recorder.curves();
    }
}
