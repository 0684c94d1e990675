package org.lowrank.trainer.experiment;

import java.util.List;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.GapBound;
import org.lowrank.trainer.merge.MergeMechanism;
import org.lowrank.trainer.merge.MergedNetwork;
import org.lowrank.trainer.merge.NetworkMeasures;
import org.lowrank.trainer.merge.RandomControl;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.Task;

/** What is recorded of the networks of one draw, value and λ at a step. */
final class GridMeasures {
    private final Recorder recorder;
    private final String condition;
    private final double lambda;
    private final List<ReluNetwork> networks;
    private final List<Task> tasks;

    GridMeasures(Recorder recorder, String condition, double lambda, List<ReluNetwork> networks, List<Task> tasks) {
        this.recorder = recorder;
        this.condition = condition;
        this.lambda = lambda;
        this.networks = networks;
        this.tasks = tasks;
    }

    private void put(Quantity quantity, double value) {
        recorder.put(condition, lambda, quantity.alone(), value);
    }

    /** The first network alone. */
    void first() {
        ReluNetwork first = networks.get(0);
        recorder.put(condition, lambda, Subject.ALONE, NetworkMeasures.fit(first, tasks.get(0)));
        recorder.put(condition, lambda, Quantity.STABLE_RANK, Subject.ALONE, NetworkMeasures.stableRanks(first));
        recorder.put(condition, lambda, Quantity.FROBENIUS_NORM, Subject.ALONE, NetworkMeasures.frobeniusNorms(first));
    }

    /**
     * Sum, mean and best multiple of all networks. No layer has a bias, so f_{sθ} = s^K f_θ: the mean's outputs are T^{−K} times the
     * sum's, and no scaling changes a sign.
     */
    void merged() {
        ReluNetwork sum = networks.get(0);
        for (ReluNetwork other : networks.subList(1, networks.size())) {
            sum = MergedNetwork.of(sum, other);
        }
        double own = 0;
        double error = 0;
        double[][] outputs = new double[tasks.size()][];
        for (int i = 0; i < tasks.size(); i++) {
            own += NetworkMeasures.fit(networks.get(i), tasks.get(i)).loss() / tasks.size();
            error += NetworkMeasures.fit(sum, tasks.get(i)).error() / tasks.size();
            outputs[i] = sum.outputs(tasks.get(i));
        }
        double best = bestFactor(outputs);
        put(Quantity.INDIVIDUAL_LOSS, own);
        put(Quantity.MERGED_LOSS, loss(outputs, 1));
        put(Quantity.AVERAGED_LOSS, loss(outputs, Math.pow(networks.size(), -sum.depth())));
        put(Quantity.SCALED_LOSS, loss(outputs, best));
        put(Quantity.BEST_SCALE, Math.pow(best, 1.0 / sum.depth()));
        put(Quantity.MERGED_ERROR, error);
    }

    /** The mean loss over tasks of outputs times a factor. */
    private double loss(double[][] outputs, double factor) {
        double loss = 0;
        for (int i = 0; i < outputs.length; i++) {
            for (int j = 0; j < outputs[i].length; j++) {
                loss += LogisticLoss.of(tasks.get(i).labels()[j] * factor * outputs[i][j])
                        / outputs[i].length
                        / outputs.length;
            }
        }
        return loss;
    }

    /** argmin over [0, {@value GridSettings#LARGEST_FACTOR}] of the loss, convex in the factor: golden sections to 10⁻⁶. */
    private double bestFactor(double[][] outputs) {
        double golden = (Math.sqrt(5) - 1) / 2;
        double low = 0;
        double high = GridSettings.LARGEST_FACTOR;
        while (high - low > 1e-6) {
            double a = high - golden * (high - low);
            double b = low + golden * (high - low);
            if (loss(outputs, a) < loss(outputs, b)) {
                high = b;
            } else {
                low = a;
            }
        }
        return (low + high) / 2;
    }

    /** What merging two networks changes, what it may change, and what random networks in the other's place would change. */
    void pair(long seed, int draw) {
        double gap = 0;
        double bound = 0;
        double norms = 0;
        double[] rotated = new double[2];
        double[] gaussian = new double[2];
        ReluNetwork merged = MergedNetwork.of(networks.get(0), networks.get(1));
        for (int i = 0; i < 2; i++) {
            ReluNetwork own = networks.get(i);
            ReluNetwork other = networks.get(1 - i);
            Task task = tasks.get(i);
            gap += MergeMechanism.of(own, other, merged, task, tasks.get(1 - i)).outputGap() / 2;
            GapBound allowed = GapBound.of(own, other, merged, task);
            bound += allowed.measured() / 2;
            norms += allowed.norms() / 2;
            RandomStream random = new RandomStream(Seeds.of(seed, draw, i, Seeds.Use.CONTROL));
            control(rotated, i, RandomControl.rotated(other, random));
            control(gaussian, i, RandomControl.gaussian(other, random));
        }
        put(Quantity.OUTPUT_GAP, gap);
        put(Quantity.GAP_BOUND, bound);
        put(Quantity.NORM_BOUND, norms);
        put(Quantity.ROTATED_GAP, rotated[0]);
        put(Quantity.ROTATED_LOSS, rotated[1]);
        put(Quantity.GAUSSIAN_GAP, gaussian[0]);
        put(Quantity.GAUSSIAN_LOSS, gaussian[1]);
    }

    private void control(double[] gapAndLoss, int i, ReluNetwork other) {
        ReluNetwork own = networks.get(i);
        ReluNetwork merged = MergedNetwork.of(own, other);
        Task task = tasks.get(i);
        gapAndLoss[0] +=
                MergeMechanism.of(own, other, merged, task, tasks.get(1 - i)).outputGap() / 2;
        gapAndLoss[1] += NetworkMeasures.fit(merged, task).loss() / 2;
    }
}
