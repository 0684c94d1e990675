package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.PlainStochasticDescent;
import org.lowrank.trainer.descent.StochasticDescent;
import org.lowrank.trainer.descent.StochasticSweep;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/** The networks of one draw, labelling frequency and step size for some of the λ. */
final class SweepPiece implements Piece {
    private final SweepSettings settings;
    private final int draw;
    private final double frequency;
    private final double stepSize;
    private final double[] lambdas;
    private final Task task;
    private final StochasticDescent descent;
    private final Recorder recorder;
    private final long[] epochs;

    SweepPiece(SweepSettings settings, int draw, double frequency, double stepSize, double[] lambdas) {
        this.settings = settings;
        this.draw = draw;
        this.frequency = frequency;
        this.stepSize = stepSize;
        this.lambdas = lambdas;
        int d = settings.dimension();
        task = SyntheticTasks.sphere(
                settings.samples(), d, 0, d, frequency, random(Seeds.Use.INPUTS), random(Seeds.Use.LABELS));
        int[] widths = {d, settings.hidden().get(0), settings.hidden().get(1), 1};
        ReluNetwork start = settings.initialisation().draw(widths, random(Seeds.Use.WEIGHTS));
        BatchOrder order = new BatchOrder(settings.samples(), Seeds.of(settings.seed(), draw, 0, Seeds.Use.BATCHES));
        descent = settings.precision() == Precision.FLOAT32
                ? new StochasticSweep(start, task, stepSize, lambdas, settings.batch(), order)
                : new PlainStochasticDescent(
                        start, task, new DescentSettings(stepSize, lambdas[0]), settings.batch(), order);
        epochs = RecordedSteps.logarithmic(settings.epochs(), settings.records());
        long batches = ((long) settings.samples() + settings.batch() - 1) / settings.batch();
        long[] steps = java.util.Arrays.stream(epochs).map(e -> e * batches).toArray();
        recorder = new Recorder(draw, steps);
    }

    private RandomStream random(Seeds.Use use) {
        return new RandomStream(Seeds.of(settings.seed(), draw, 0, use));
    }

    /** How many λ a piece holds. */
    static int lanes(Precision precision) {
        return precision == Precision.FLOAT32 ? StochasticSweep.lanes() : 1;
    }

    @Override
    public String name() {
        return String.format(Locale.ROOT, "c-%s-eta-%s-draw-%d-lambda-%s", frequency, stepSize, draw, lambdas[0]);
    }

    @Override
    public long work() {
        return settings.epochs();
    }

    @Override
    public long done() {
        return descent.epochs();
    }

    @Override
    public boolean advance() {
        if (recorder.complete()) {
            return false;
        }
        if (descent.epochs() < epochs[recorder.recorded()]) {
            descent.epoch();
            return true;
        }
        String condition = SweepExperiment.condition(frequency, stepSize);
        for (int l = 0; l < lambdas.length; l++) {
            ReluNetwork network = descent.network(l);
            NetworkMeasures.requireFinite(network, name() + ", λ = " + lambdas[l] + ", epoch " + descent.epochs());
            double[] ranks = NetworkMeasures.stableRanks(network);
            double inverse = 0;
            for (double rank : ranks) {
                inverse += 1 / rank / ranks.length;
            }
            recorder.put(condition, lambdas[l], "mean_inverse_stable_rank", inverse);
            recorder.put(condition, lambdas[l], "", NetworkMeasures.fit(network, task));
            recorder.put(condition, lambdas[l], "stable_rank", "", ranks);
            recorder.put(condition, lambdas[l], "frobenius_norm", "", NetworkMeasures.frobeniusNorms(network));
        }
        recorder.advance();
        return !recorder.complete();
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
        recorder.write(out);
        byte[] state = descent.save();
        out.writeInt(state.length);
        out.write(state);
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        recorder.read(in);
        descent.restore(in.readNBytes(in.readInt()));
    }

    @Override
    public List<Curve> curves() {
        return recorder.curves();
    }
}
