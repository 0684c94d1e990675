package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/** Full-batch descent in double, any depth, no savings: what the fast one is tested against. */
public final class PlainDescent implements Descent {
    private final ReluNetwork network;
    private final Task task;
    private final DescentSettings settings;
    private final double[][] gradient;
    private long step;

    /** Starts at the given weights, which are copied. */
    public PlainDescent(ReluNetwork start, Task task, DescentSettings settings) {
        this.network = copy(start);
        this.task = task;
        this.settings = settings;
        this.gradient =
                Arrays.stream(start.weights()).map(w -> new double[w.length]).toArray(double[][]::new);
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public void advanceTo(long target) {
        double keep = 1 - settings.stepSize() * settings.weightDecay();
        for (; step < target; step++) {
            network.gradient(task, gradient);
            for (int k = 0; k < gradient.length; k++) {
                double[] w = network.weights()[k];
                for (int i = 0; i < w.length; i++) {
                    w[i] = keep * w[i] - settings.stepSize() * gradient[k][i];
                }
            }
        }
    }

    @Override
    public ReluNetwork network() {
        return copy(network);
    }

    @Override
    public byte[] save() {
        int entries = Arrays.stream(network.weights()).mapToInt(w -> w.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + Double.BYTES * entries);
        bytes.putLong(step);
        for (double[] w : network.weights()) {
            StateBytes.put(bytes, w);
        }
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        step = bytes.getLong();
        for (double[] w : network.weights()) {
            StateBytes.get(bytes, w);
        }
    }

    @Override
    public int savePeriod() {
        return 1;
    }

    private static ReluNetwork copy(ReluNetwork network) {
        return new ReluNetwork(
                network.widths().clone(),
                Arrays.stream(network.weights()).map(double[]::clone).toArray(double[][]::new));
    }
}
