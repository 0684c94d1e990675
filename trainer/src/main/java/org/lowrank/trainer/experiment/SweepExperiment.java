package org.lowrank.trainer.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lowrank.trainer.curve.Curve;

/**
 * Figure 2: small networks trained by mini-batch descent over a grid of λ. Conditions {@code c=<c> eta=<η>}; metrics
 * {@code mean_inverse_stable_rank} = (1/K) Σ ‖W_k‖_2/‖W_k‖_F, {@code loss}, {@code error}, {@code margin_error},
 * {@code stable_rank_w1…}, {@code frobenius_norm_w1…}; steps are updates. Where the networks go on to a stationary point, a
 * second condition {@code c=<c> eta=<η> settled} has the same metrics over the steps of that descent, and {@code residual},
 * {@code balance} and {@code alignment} of {@link org.lowrank.trainer.merge.NetworkMeasures.Stationarity}.
 *
 * <pre>{@code
 * List<Curve> curves = SweepExperiment.run(SweepSettings.quick(), new RunOptions(2, null, Progress.NONE));
 * }</pre>
 */
public final class SweepExperiment {
    private SweepExperiment() {}

    /**
     * Trains and measures.
     *
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(SweepSettings settings, RunOptions options) throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (double frequency : settings.frequencies()) {
            for (double stepSize : settings.stepSizes()) {
                for (int i = 0; i < settings.draws(); i++) {
                    int draw = i;
                    for (double[] lambdas : groups(settings)) {
                        plan.add(new PieceRunner.Planned(
                                SweepPiece.work(settings),
                                () -> new SweepPiece(settings, draw, frequency, stepSize, lambdas)));
                    }
                }
            }
        }
        return PieceRunner.run(plan, Fingerprint.of(settings), options);
    }

    /** The condition of the runs with these labels and this step size: {@code c=10 eta=0.1}. */
    public static String condition(double frequency, double stepSize) {
        return "c=" + number(frequency) + " eta=" + number(stepSize);
    }

    /** The condition of the same runs on their way to a stationary point. */
    public static String settled(double frequency, double stepSize) {
        return condition(frequency, stepSize) + " settled";
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static List<double[]> groups(SweepSettings settings) {
        double[] all = settings.weightDecays().stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        int size = SweepPiece.lanes(settings.precision());
        List<double[]> groups = new ArrayList<>();
        for (int from = 0; from < all.length; from += size) {
            groups.add(Arrays.copyOfRange(all, from, Math.min(all.length, from + size)));
        }
        return groups;
    }
}
