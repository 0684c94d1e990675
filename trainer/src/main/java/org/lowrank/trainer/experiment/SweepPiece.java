package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.PlainStochasticDescent;
import org.lowrank.trainer.descent.StochasticDescent;
import org.lowrank.trainer.descent.StochasticSweep;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/**
 * The networks of one draw, labelling frequency and step size for some of the λ: some epochs of mini-batches and then, where it is
 * asked for, descent on all samples towards a stationary point.
 */
final class SweepPiece implements Piece {
    private final SweepSettings settings;
    private final int draw;
    private final double frequency;
    private final double stepSize;
    private final double[] lambdas;
    private final Task task;
    private final Recorder drawn;
    private final @Nullable Recorder settled;
    private StochasticDescent descent;
    private boolean settling;

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
        descent = descent(Collections.nCopies(lambdas.length, start), stepSize, settings.batch());
        long batches = ((long) settings.samples() + settings.batch() - 1) / settings.batch();
        long[] epochs = RecordedSteps.logarithmic(settings.epochs(), settings.records());
        drawn = new Recorder(draw, Arrays.stream(epochs).map(e -> e * batches).toArray());
        SweepSettings.Settle settle = settings.settle();
        settled = settle == null
                ? null
                : new Recorder(draw, RecordedSteps.logarithmic(settle.steps(), settings.records()));
    }

    private RandomStream random(Seeds.Use use) {
        return new RandomStream(Seeds.of(settings.seed(), draw, 0, use));
    }

    private StochasticDescent descent(List<ReluNetwork> starts, double size, int batch) {
        BatchOrder order = new BatchOrder(settings.samples(), Seeds.of(settings.seed(), draw, 0, Seeds.Use.BATCHES));
        return settings.precision() == Precision.FLOAT32
                ? new StochasticSweep(starts, task, size, lambdas, batch, order)
                : new PlainStochasticDescent(starts.get(0), task, new DescentSettings(size, lambdas[0]), batch, order);
    }

    /** Passes over all samples of a piece. */
    static long work(SweepSettings settings) {
        SweepSettings.Settle settle = settings.settle();
        return settings.epochs() + (settle == null ? 0 : settle.steps());
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
        return work(settings);
    }

    @Override
    public long done() {
        return descent.epochs() + (settling ? (long) settings.epochs() : 0);
    }

    @Override
    public boolean advance() {
        if (!drawn.complete()) {
            long batches = ((long) settings.samples() + settings.batch() - 1) / settings.batch();
            return advance(drawn, batches, SweepExperiment.condition(frequency, stepSize)) || settled != null;
        }
        if (settled == null || settled.complete()) {
            return false;
        }
        if (!settling) {
            settle(lambdas.length);
        }
        return advance(settled, 1, SweepExperiment.settled(frequency, stepSize));
    }

    /** One pass, or the record that is due. */
    private boolean advance(Recorder recorder, long stepsOfAPass, String condition) {
        if (descent.epochs() * stepsOfAPass < recorder.next()) {
            descent.epoch();
            return true;
        }
        record(recorder, condition);
        recorder.advance();
        return !recorder.complete();
    }

    /** Goes on from the networks as they are, on all samples at once. */
    private void settle(int networks) {
        SweepSettings.Settle settle = Objects.requireNonNull(settings.settle());
        List<ReluNetwork> starts =
                IntStream.range(0, networks).mapToObj(descent::network).toList();
        descent = descent(starts, settle.stepSize(), settings.samples());
        settling = true;
    }

    private void record(Recorder recorder, String condition) {
        for (int l = 0; l < lambdas.length; l++) {
            ReluNetwork network = descent.network(l);
            NetworkMeasures.requireFinite(
                    network,
                    name() + ", λ = " + lambdas[l] + (settling ? ", settling" : "") + ", epoch " + descent.epochs());
            double[] ranks = NetworkMeasures.stableRanks(network);
            double inverse = 0;
            for (double rank : ranks) {
                inverse += 1 / rank / ranks.length;
            }
            recorder.put(condition, lambdas[l], Quantity.MEAN_INVERSE_STABLE_RANK.alone(), inverse);
            recorder.put(condition, lambdas[l], Subject.ALONE, NetworkMeasures.fit(network, task));
            recorder.put(condition, lambdas[l], Quantity.STABLE_RANK, Subject.ALONE, ranks);
            recorder.put(
                    condition,
                    lambdas[l],
                    Quantity.FROBENIUS_NORM,
                    Subject.ALONE,
                    NetworkMeasures.frobeniusNorms(network));
            if (settling) {
                NetworkMeasures.Stationarity at = NetworkMeasures.stationarity(network, task, lambdas[l]);
                recorder.put(condition, lambdas[l], Quantity.RESIDUAL.alone(), at.residual());
                recorder.put(condition, lambdas[l], Quantity.BALANCE.alone(), at.balance());
                recorder.put(condition, lambdas[l], Quantity.ALIGNMENT.alone(), at.alignment());
            }
        }
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
        drawn.write(out);
        out.writeBoolean(settling);
        if (settled != null) {
            settled.write(out);
        }
        byte[] state = descent.save();
        out.writeInt(state.length);
        out.write(state);
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        drawn.read(in);
        boolean wasSettling = in.readBoolean();
        if (settled != null) {
            settled.read(in);
        }
        if (wasSettling) {
            settle(lambdas.length); // from networks that the saved state replaces
        }
        descent.restore(in.readNBytes(in.readInt()));
    }

    @Override
    public List<Curve> curves() {
        List<Curve> curves = new ArrayList<>(drawn.curves());
        if (settled != null) {
            curves.addAll(settled.curves());
        }
        return curves;
    }
}
