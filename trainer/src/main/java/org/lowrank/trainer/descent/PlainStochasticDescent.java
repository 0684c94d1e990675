package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.Task;

/**
 * Mini-batch descent with weight decay in double, one network, no savings: W ← (1 − ηλ)W − η∇L_batch after every batch.
 * What {@link StochasticSweep} is tested against, and the sweep's float64.
 */
public final class PlainStochasticDescent implements StochasticDescent {
    private final ReluNetwork network;
    private final Task task;
    private final DescentSettings settings;
    private final int batch;
    private final BatchOrder order;
    private final double[][] gradient;
    private int epochs;

    /** Starts at the given weights, which are changed in place. */
    public PlainStochasticDescent(ReluNetwork start, Task task, DescentSettings settings, int batch, BatchOrder order) {
        this.network = start;
        this.task = task;
        this.settings = settings;
        this.batch = batch;
        this.order = order;
        this.gradient =
                Arrays.stream(start.weights()).map(w -> new double[w.length]).toArray(double[][]::new);
    }

    @Override
    public void epoch() {
        epochs++;
        int[] samples = order.next();
        for (int from = 0; from < samples.length; from += batch) {
            network.gradient(subset(samples, from, Math.min(samples.length, from + batch)), gradient);
            double keep = 1 - settings.stepSize() * settings.weightDecay();
            for (int k = 0; k < gradient.length; k++) {
                double[] w = network.weights()[k];
                for (int i = 0; i < w.length; i++) {
                    w[i] = keep * w[i] - settings.stepSize() * gradient[k][i];
                }
            }
        }
    }

    @Override
    public int epochs() {
        return epochs;
    }

    @Override
    public ReluNetwork network(int lane) {
        return new ReluNetwork(
                network.widths(),
                Arrays.stream(network.weights()).map(double[]::clone).toArray(double[][]::new));
    }

    @Override
    public byte[] save() {
        int entries = Arrays.stream(network.weights()).mapToInt(w -> w.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + Double.BYTES * entries);
        bytes.putInt(epochs);
        for (double[] w : network.weights()) {
            StateBytes.put(bytes, w);
        }
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        int target = bytes.getInt();
        order.skip(target - epochs);
        epochs = target;
        for (double[] w : network.weights()) {
            StateBytes.get(bytes, w);
        }
    }

    private Task subset(int[] samples, int from, int to) {
        int d = task.dimension();
        double[] x = new double[(to - from) * d];
        double[] y = new double[to - from];
        for (int i = from; i < to; i++) {
            System.arraycopy(task.inputs(), samples[i] * d, x, (i - from) * d, d);
            y[i - from] = task.labels()[samples[i]];
        }
        return new Task(to - from, d, x, y);
    }
}
