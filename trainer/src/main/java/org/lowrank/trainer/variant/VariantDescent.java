package org.lowrank.trainer.variant;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.task.BatchOrder;

/** Descent of one network by a {@link Variant}, in double, in progress. */
public final class VariantDescent {
    private static final double MOMENTUM = 0.9;
    private static final double SECOND = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double ADAM_STEP = 1.0 / 400;
    private static final int BATCHES = 4;

    private final Perceptron network;
    private final Labelled task;
    private final DescentSettings settings;
    private final Variant variant;
    private final BatchOrder order;
    private final double[][] gradient;
    private final double[][] first; // momentum, or Adam's mean of gradients
    private final double[][] second; // Adam's mean of their squares
    private int[] pass = new int[0];
    private int passes;
    private long step;

    /**
     * Starts at the given network, which is changed in place.
     *
     * @param order of mini-batches, unused by the others
     */
    public VariantDescent(
            Perceptron network, Labelled task, DescentSettings settings, Variant variant, BatchOrder order) {
        this.network = network;
        this.task = task;
        this.settings = settings;
        this.variant = variant;
        this.order = order;
        gradient = zeros();
        first = zeros();
        second = zeros();
    }

    private double[][] zeros() {
        return Arrays.stream(network.parameters())
                .map(p -> new double[p.length])
                .toArray(double[][]::new);
    }

    /** Steps done. */
    public long step() {
        return step;
    }

    /** The network as it is now; a copy. */
    public Perceptron network() {
        return network.copy();
    }

    /** Descends up to this step. */
    public void advanceTo(long target) {
        while (step < target) {
            network.gradient(task, samples(), gradient);
            step++;
            for (int p = 0; p < gradient.length; p++) {
                update(network.parameters()[p], gradient[p], first[p], second[p]);
            }
        }
    }

    private int[] samples() {
        if (variant != Variant.MINIBATCH) {
            return task.all();
        }
        int size = Math.max(1, task.samples() / BATCHES);
        int batches = (task.samples() + size - 1) / size;
        int at = (int) (step % batches);
        if (at == 0 || pass.length == 0) {
            while (passes <= step / batches) {
                pass = order.next();
                passes++;
            }
        }
        return Arrays.copyOfRange(pass, at * size, Math.min(pass.length, (at + 1) * size));
    }

    private void update(double[] w, double[] g, double[] m, double[] v) {
        double eta = settings.stepSize();
        double lambda = settings.weightDecay();
        for (int i = 0; i < w.length; i++) {
            switch (variant) {
                case MOMENTUM -> {
                    m[i] = MOMENTUM * m[i] + g[i] + lambda * w[i];
                    w[i] -= eta * (1 - MOMENTUM) * m[i];
                }
                case ADAMW -> {
                    m[i] = MOMENTUM * m[i] + (1 - MOMENTUM) * g[i];
                    v[i] = SECOND * v[i] + (1 - SECOND) * g[i] * g[i];
                    double mean = m[i] / (1 - Math.pow(MOMENTUM, step));
                    double scale = Math.sqrt(v[i] / (1 - Math.pow(SECOND, step))) + EPSILON;
                    w[i] = (1 - eta * lambda) * w[i] - eta * ADAM_STEP * mean / scale;
                }
                default -> w[i] = (1 - eta * lambda) * w[i] - eta * g[i];
            }
        }
    }

    /** What {@link #restore} needs to go on bit for bit. */
    public byte[] save() {
        int entries =
                Arrays.stream(network.parameters()).mapToInt(p -> p.length).sum();
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + 3 * Double.BYTES * entries);
        bytes.putLong(step);
        for (double[][] values : new double[][][] {network.parameters(), first, second}) {
            for (double[] array : values) {
                for (double value : array) {
                    bytes.putDouble(value);
                }
            }
        }
        return bytes.array();
    }

    /** Goes to a saved state, from a fresh descent of the same kind. */
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        step = bytes.getLong();
        for (double[][] values : new double[][][] {network.parameters(), first, second}) {
            for (double[] array : values) {
                for (int i = 0; i < array.length; i++) {
                    array[i] = bytes.getDouble();
                }
            }
        }
    }
}
