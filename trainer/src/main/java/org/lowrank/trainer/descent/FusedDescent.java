package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/**
 * Full-batch descent of a network with two hidden layers in float, with three savings that change nothing beyond rounding
 * (tested against {@link PlainDescent}):
 *
 * <ol>
 *   <li>W_1 in the coordinates of the inputs' span ({@link InputSpan}).
 *   <li>Decay as a factor: W = s·V with s = (1 − ηλ)^t in double; s multiplies the outputs (s³) and the step (s/(1 − ηλ)), and is
 *       halved into V exactly. So decay costs nothing and does not round.
 *   <li>Zeros are skipped: inactive hidden units in the forward product ({@link SecondLayer}), shared activation patterns
 *       in the backward products ({@link SecondLayerGradient}).
 * </ol>
 *
 * <p>A step passes once over blocks of hidden units: backward, update and the next forward of a block while it is cached.
 */
public final class FusedDescent implements Descent {
    /** Steps between new trees and exact halvings; states are saved at multiples of it. */
    private static final int PERIOD = 64;

    /** Weights of a collapsing network are not halved into the denormal floats: there the scale alone shrinks. */
    private static final float SMALLEST = 0x1p-10f;

    private final ReluNetwork start;
    private final Task task;
    private final DescentSettings settings;
    private final InputSpan span;
    private final double[] complement; // h1 x d: C
    private final int n;
    private final int rank;
    private final int hidden;
    private final int units;
    private final int paddedUnits;
    private final int paddedSamples;
    private final int blocks;
    private final float[] bySample; // X grouped by samples
    private final float[] byCoordinate; // Xᵀ grouped by coordinates
    private final float[] w1; // blocks x padded rank x WIDTH
    private final float[] w2; // blocks x units x WIDTH
    private final float[] w3; // units
    private final float[] h1; // blocks x padded samples x WIDTH
    private final int[] pairs; // of samples; an odd one is followed by a spare row
    private final float[] h2; // samples x padded units, and what a vector reads beyond
    private final float[] g; // samples: η s/(1 − ηλ) ∂L/∂f
    private final float[] before; // w3 of before the step
    private final float[] delta;
    private final float[] gradient1;
    private final float[] columns;
    private final ActivationTree tree;
    private final SecondLayerGradient backward;
    private double scale = 1;
    private long step;

    /** Starts at the given weights, which are copied. The network must have two hidden layers. */
    public FusedDescent(ReluNetwork start, Task task, DescentSettings settings) {
        if (start.depth() != 3 || start.widths()[0] != task.dimension()) {
            throw new IllegalArgumentException("descent: network of widths " + Arrays.toString(start.widths())
                    + " for inputs of dimension " + task.dimension() + ": need two hidden layers and equal dimensions");
        }
        this.start = start;
        this.task = task;
        this.settings = settings;
        span = InputSpan.of(task);
        n = task.samples();
        rank = span.rank();
        hidden = start.widths()[1];
        units = start.widths()[2];
        paddedUnits = SecondLayer.padded(units);
        paddedSamples = PanelProduct.padded(n + n % 2);
        blocks = (hidden + 2 * WIDTH - 1) / (2 * WIDTH) * 2; // they go through the second layer in twos
        bySample = PanelProduct.grouped(span.coordinates(), n, rank, false);
        byCoordinate = PanelProduct.grouped(span.coordinates(), n, rank, true);
        w1 = new float[blocks * PanelProduct.padded(rank) * WIDTH];
        w2 = new float[blocks * units * WIDTH];
        w3 = new float[units];
        pairs = new int[n + n % 2];
        for (int i = 0; i < n; i++) {
            pairs[i] = i;
        }
        if (n % 2 > 0) {
            pairs[n] = n;
        }
        h1 = new float[blocks * paddedSamples * WIDTH];
        h2 = new float[(n + n % 2) * paddedUnits + PanelProduct.WIDTH];
        g = new float[n];
        before = new float[units];
        delta = new float[paddedSamples * WIDTH];
        gradient1 = new float[PanelProduct.padded(rank) * WIDTH];
        columns = new float[2 * WIDTH * paddedUnits];
        tree = new ActivationTree(n, units);
        backward = new SecondLayerGradient(n, units);
        double[] reduced = InputSpan.rotated(start.weights()[0], hidden, task.dimension(), span.basis());
        complement = start.weights()[0].clone();
        InputSpan.addBack(complement, reduced, hidden, task.dimension(), span.basis(), -1);
        load(reduced);
        forward();
    }

    private void load(double[] reduced) {
        for (int j = 0; j < hidden; j++) {
            for (int q = 0; q < rank; q++) {
                w1[first(j, q)] = (float) reduced[j * rank + q];
            }
            for (int k = 0; k < units; k++) {
                w2[second(k, j)] = (float) start.weights()[1][k * hidden + j];
            }
        }
        for (int k = 0; k < units; k++) {
            w3[k] = (float) start.weights()[2][k];
        }
    }

    private int first(int j, int q) {
        return (j / WIDTH * PanelProduct.padded(rank) + q) * WIDTH + j % WIDTH;
    }

    private int second(int k, int j) {
        return (j / WIDTH * units + k) * WIDTH + j % WIDTH;
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public void advanceTo(long target) {
        while (step < target) {
            if (step % PERIOD == 0) {
                settle();
            }
            outer();
            Arrays.fill(h2, 0);
            for (int b = 0; b < blocks; b++) {
                backward(b);
                forward(b);
            }
            PanelProduct.positivePart(h2, 0, h2.length);
            scale *= 1 - settings.stepSize() * settings.weightDecay();
            step++;
        }
    }

    /** Exact halvings, and the tree and pairs that fit the patterns of now. */
    private void settle() {
        while (scale < 0.5 && largest() > SMALLEST) {
            for (float[] w : new float[][] {w1, w2, w3}) {
                for (int i = 0; i < w.length; i++) {
                    w[i] *= 0.5f;
                }
            }
            scale *= 2;
            forward();
        }
        patterns();
        tree.grow();
        long[] active = new long[n * blocks];
        for (int i = 0; i < n; i++) {
            for (int b = 0; b < blocks; b++) {
                int row = (b * paddedSamples + i) * WIDTH;
                active[i * blocks + b] = SecondLayer.active(h1, row, row);
            }
        }
        SamplePairs.match(active, blocks, n, pairs);
    }

    private float largest() {
        float largest = 0;
        for (float[] w : new float[][] {w1, w2, w3}) {
            for (float v : w) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        return largest;
    }

    private void patterns() {
        for (int i = 0; i < n; i++) {
            tree.pattern(i, h2, i * paddedUnits);
        }
    }

    private void forward() {
        Arrays.fill(h2, 0);
        for (int b = 0; b < blocks; b++) {
            forward(b);
        }
        PanelProduct.positivePart(h2, 0, h2.length);
    }

    /** h1 = φ(X W1ᵀ) of a block of hidden units and its share of h1 W2ᵀ. */
    private void forward(int b) {
        int rows = b * paddedSamples * WIDTH;
        int first = b * PanelProduct.padded(rank) * WIDTH;
        PanelProduct.multiply(bySample, paddedSamples / PanelProduct.ROWS, rank, w1, first, h1, rows);
        PanelProduct.positivePart(h1, rows, n * WIDTH);
        int block = paddedSamples * WIDTH;
        SecondLayer.transpose(w2, b * units * WIDTH, units, columns, b % 2 * WIDTH * paddedUnits, paddedUnits);
        if (b % 2 == 1) {
            SecondLayer.forward(h1, rows - block, block, pairs, columns, paddedUnits, h2);
        }
    }

    /** f = W3 h2, the outputs' gradient, the patterns, and the descent on W3. */
    private void outer() {
        System.arraycopy(w3, 0, before, 0, units);
        patterns();
        tree.list(WIDTH, before);
        double cube = scale * scale * scale;
        double keep = 1 - settings.stepSize() * settings.weightDecay();
        // V_new = W_new / (s·keep) = V − η ∂L/∂W / (s·keep), and ∂L/∂W = s² × the gradient in terms of V.
        double factor = settings.stepSize() * scale / keep / n;
        for (int i = 0; i < n; i++) {
            int row = i * paddedUnits;
            double y = task.labels()[i];
            float gradient = (float) (factor * y * LogisticLoss.derivative(y * cube * output(row)));
            g[i] = gradient;
            for (int k = 0; k < units; k++) {
                w3[k] -= gradient * h2[row + k];
            }
        }
    }

    /** Σ_k w3_k h2_k in double, in two sums: an addition need not wait for the one before. */
    private double output(int row) {
        double even = 0;
        double odd = 0;
        for (int k = 0; k + 1 < units; k += 2) {
            even += before[k] * (double) h2[row + k];
            odd += before[k + 1] * (double) h2[row + k + 1];
        }
        if (units % 2 > 0) {
            even += before[units - 1] * (double) h2[row + units - 1];
        }
        return even + odd;
    }

    private void backward(int b) {
        int rows = b * paddedSamples * WIDTH;
        backward.descend(tree, w2, b * units * WIDTH, before, h1, rows, g, delta);
        int groups = PanelProduct.padded(rank) / PanelProduct.ROWS;
        PanelProduct.multiply(byCoordinate, groups, n, delta, 0, gradient1, 0);
        int first = b * gradient1.length;
        PanelProduct.subtract(gradient1, w1, first);
    }

    @Override
    public ReluNetwork network() {
        double[] reduced = new double[hidden * rank];
        double[] second = new double[units * hidden];
        double[] third = new double[units];
        for (int j = 0; j < hidden; j++) {
            for (int q = 0; q < rank; q++) {
                reduced[j * rank + q] = scale * w1[first(j, q)];
            }
            for (int k = 0; k < units; k++) {
                second[k * hidden + j] = scale * w2[second(k, j)];
            }
        }
        for (int k = 0; k < units; k++) {
            third[k] = scale * w3[k];
        }
        double[] first = complement.clone();
        double shrunk = StrictMath.pow(1 - settings.stepSize() * settings.weightDecay(), step);
        for (int i = 0; i < first.length; i++) {
            first[i] *= shrunk;
        }
        InputSpan.addBack(first, reduced, hidden, task.dimension(), span.basis(), 1);
        return new ReluNetwork(start.widths().clone(), new double[][] {first, second, third});
    }

    @Override
    public byte[] save() {
        if (step % PERIOD != 0) {
            throw new IllegalStateException("descent: step " + step + " is not a multiple of " + PERIOD);
        }
        ByteBuffer bytes = ByteBuffer.allocate(16 + Float.BYTES * (w1.length + w2.length + w3.length));
        bytes.putLong(step).putDouble(scale);
        StateBytes.put(bytes, w1);
        StateBytes.put(bytes, w2);
        StateBytes.put(bytes, w3);
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        step = bytes.getLong();
        scale = bytes.getDouble();
        StateBytes.get(bytes, w1);
        StateBytes.get(bytes, w2);
        StateBytes.get(bytes, w3);
        forward();
    }

    @Override
    public int savePeriod() {
        return PERIOD;
    }

    /**
     * Floating-point operations of the products of one step that are really needed now, for the benchmark: X W1ᵀ and its
     * gradient in the span, h1 W2ᵀ over active units, one addition per difference of patterns and lane both ways.
     */
    public long usefulOperations() {
        long active = 0;
        for (float h : h1) {
            active += h > 0 ? 1 : 0;
        }
        patterns();
        tree.list(WIDTH, before);
        return 2L * n * rank * hidden
                + 2L * active * rank
                + 2L * active * units
                + 2L * tree.differences() * hidden
                + 6L * n * units;
    }
}
