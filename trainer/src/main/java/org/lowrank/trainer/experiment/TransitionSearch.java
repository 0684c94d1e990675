package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/**
 * The λ above which one draw's network collapses, by bisection, and the same network at given distances below it: whether its norm
 * goes to 0 there is asked at a distance that is known, and not at the next point of a grid. Every network begins at the same weights.
 * Its curves have the condition {@link #condition}: {@code loss} and {@code frobenius_norm_w1…} at each λ tried.
 */
public final class TransitionSearch implements Piece {
    /** (λ_c − λ)/λ_c of the networks below the transition. */
    public static final List<Double> DISTANCES = List.of(0.02, 0.04, 0.08, 0.16);

    /** No network of these tasks survives more: |ℓ′| ≤ 1/2 at 0, ‖x‖ = 1. */
    private static final double MOST = 0.5;

    /** Halvings: the bracket ends {@value #MOST}/2¹⁰ wide. */
    private static final int HALVINGS = 10;

    /** A norm that falls faster than t^−1/2, as at a continuous transition itself, is on its way to 0. */
    private static final double CRITICAL = -0.5;

    private final String name;
    private final String condition;
    private final int draw;
    private final long steps;
    private final int records;
    private final Task task;
    private final DoubleFunction<Descent> start;
    private final List<Curve> curves = new ArrayList<>();
    private double low;
    private double high = MOST;
    private int tried;

    /**
     * A search that has tried nothing.
     *
     * @param condition of the networks on the grid
     * @param start the draw's network before training, to descend at a λ
     */
    TransitionSearch(String condition, int draw, Protocol protocol, Task task, DoubleFunction<Descent> start) {
        this.name = String.format(Locale.ROOT, "%s-draw-%d-search", condition, draw);
        this.condition = condition(condition);
        this.draw = draw;
        this.steps = protocol.steps();
        this.records = protocol.records();
        this.task = task;
        this.start = start;
    }

    /** Of the networks that were searched for beside those of a grid. */
    public static String condition(String grid) {
        return grid + " searched";
    }

    /**
     * Whether a norm is on its way to 0 by its last two records: it falls faster than t^−1/2, or is there. Subnormal numbers are: a
     * small decay of them is rounded away, so that they fall no further.
     */
    public static boolean collapses(long[] steps, double[] norms) {
        int last = steps.length - 1;
        if (!(norms[last] >= Double.MIN_NORMAL)) {
            return true;
        }
        return Math.log(norms[last] / norms[last - 1]) < CRITICAL * Math.log((double) steps[last] / steps[last - 1]);
    }

    private static int networks() {
        return HALVINGS + DISTANCES.size();
    }

    /** Steps of all networks of a search. */
    static long work(Protocol protocol) {
        return protocol.steps() * networks();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long work() {
        return steps * networks();
    }

    @Override
    public long done() {
        return steps * tried;
    }

    @Override
    public boolean advance() {
        if (tried == networks()) {
            return false;
        }
        boolean halving = tried < HALVINGS;
        double middle = (low + high) / 2;
        double lambda = halving ? middle : middle * (1 - DISTANCES.get(tried - HALVINGS));
        Curve norm = train(lambda);
        if (halving && collapses(norm.steps(), norm.values())) {
            high = lambda;
        } else if (halving) {
            low = lambda;
        }
        tried++;
        return tried < networks();
    }

    /** Trains at a λ and keeps the curves; returns that of the first layer's norm. */
    private Curve train(double lambda) {
        Recorder recorder = new Recorder(draw, RecordedSteps.logarithmic(steps, records));
        Descent descent = start.apply(lambda);
        while (!recorder.complete()) {
            descent.advanceTo(recorder.next());
            ReluNetwork network = descent.network();
            NetworkMeasures.requireFinite(network, name + ", λ = " + lambda);
            recorder.put(
                    condition,
                    lambda,
                    Quantity.LOSS.alone(),
                    NetworkMeasures.fit(network, task).loss());
            recorder.put(
                    condition, lambda, Quantity.FROBENIUS_NORM, Subject.ALONE, NetworkMeasures.frobeniusNorms(network));
            recorder.advance();
        }
        curves.addAll(recorder.curves());
        String first = Quantity.FROBENIUS_NORM.at(1).text();
        return recorder.curves().stream()
                .filter(curve -> curve.metric().equals(first))
                .findFirst()
                .orElseThrow();
    }

    /** The networks that are complete; one begun is trained again. */
    @Override
    public void save(DataOutputStream out) throws IOException {
        out.writeInt(tried);
        out.writeDouble(low);
        out.writeDouble(high);
        out.writeInt(curves.size());
        for (Curve curve : curves) {
            out.writeDouble(curve.lambda());
            out.writeUTF(curve.metric());
            for (double value : curve.values()) {
                out.writeDouble(value);
            }
        }
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        tried = in.readInt();
        low = in.readDouble();
        high = in.readDouble();
        curves.clear();
        int count = in.readInt();
        long[] at = RecordedSteps.logarithmic(steps, records);
        for (int i = 0; i < count; i++) {
            double lambda = in.readDouble();
            String metric = in.readUTF();
            double[] values = new double[at.length];
            for (int j = 0; j < values.length; j++) {
                values[j] = in.readDouble();
            }
            curves.add(new Curve(condition, draw, lambda, metric, at, values));
        }
    }

    @Override
    public List<Curve> curves() {
        return curves;
    }
}
