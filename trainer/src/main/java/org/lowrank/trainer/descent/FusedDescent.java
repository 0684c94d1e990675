package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
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

    private final ReluNetwork start;
    private final Task task;
    private final DescentSettings settings;
    private final InputSpan span;
    private final double[] complement; // h1 x d: C
    private final int n;
    private final int rank;
    private final int units;
    private final int paddedUnits;
    private final int paddedSamples;
    private final float[] bySample; // X grouped by samples
    private final float[] byCoordinate; // Xᵀ grouped by coordinates
    private final FusedWeights weights;
    private final float[] h1; // pairs of blocks x padded samples x 2 WIDTH
    private final int[] pairs; // of samples; an odd one is followed by a spare row
    private final float[] h2; // samples x padded units, and what a vector reads beyond
    private final float[] g; // samples: η s/(1 − ηλ) ∂L/∂f
    private final float[] before; // w3 of before the step
    private final float[] delta;
    private final float[] gradient1;
    private final float[] columns;
    private final SecondLayer second;
    private final ActivationTree tree;
    private final SecondLayerGradient backward;
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
        units = start.widths()[2];
        paddedUnits = SecondLayer.padded(units);
        paddedSamples = PanelProduct.padded(n + n % 2);
        bySample = PanelProduct.grouped(span.coordinates(), n, rank, false);
        byCoordinate = PanelProduct.grouped(span.coordinates(), n, rank, true);
        double[] reduced = InputSpan.rotated(start.weights()[0], start.widths()[1], task.dimension(), span.basis());
        complement = span.complement(start.weights()[0], reduced);
        weights = new FusedWeights(start, reduced, rank);
        pairs = new int[n + n % 2];
        for (int i = 0; i < n; i++) {
            pairs[i] = i;
        }
        if (n % 2 > 0) {
            pairs[n] = n;
        }
        h1 = new float[FIRST + weights.blocks * paddedSamples * WIDTH];
        h2 = new float[FIRST + (n + n % 2) * paddedUnits + PanelProduct.WIDTH];
        g = new float[n];
        before = new float[paddedUnits];
        delta = new float[FIRST + paddedSamples * WIDTH];
        gradient1 = new float[FIRST + PanelProduct.padded(rank) * WIDTH];
        columns = new float[FIRST + 2 * WIDTH * paddedUnits];
        second = new SecondLayer(n, units);
        tree = new ActivationTree(n, units);
        backward = new SecondLayerGradient(n, units);
        forward();
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
            for (int b = 0; b < weights.blocks; b++) {
                backward(b);
                forward(b);
            }
            PanelProduct.positivePart(h2, FIRST, h2.length - FIRST);
            weights.scaled.shrink(1 - settings.stepSize() * settings.weightDecay());
            step++;
        }
    }

    /** Exact halvings, negligible weights, and the tree and pairs that fit the patterns of now. */
    private void settle() {
        if (weights.scaled.halve() | weights.scaled.flush()) {
            forward();
        }
        patterns();
        tree.grow();
        long[] active = new long[n * weights.blocks];
        for (int i = 0; i < n; i++) {
            for (int b = 0; b < weights.blocks; b++) {
                int row = firstActivation(b) + i * 2 * WIDTH;
                active[i * weights.blocks + b] = SecondLayer.active(h1, row, row);
            }
        }
        SamplePairs.match(active, weights.blocks, n, pairs);
    }

    private void patterns() {
        for (int i = 0; i < n; i++) {
            tree.pattern(i, h2, FIRST + i * paddedUnits);
        }
    }

    private void forward() {
        Arrays.fill(h2, 0);
        for (int b = 0; b < weights.blocks; b++) {
            forward(b);
        }
        PanelProduct.positivePart(h2, FIRST, h2.length - FIRST);
    }

    /** h1 = φ(X W1ᵀ) of a block of hidden units and its share of h1 W2ᵀ. */
    private void forward(int b) {
        int rows = firstActivation(b);
        int groups = paddedSamples / PanelProduct.ROWS;
        PanelProduct.multiply(bySample, groups, rank, weights.w1, weights.firstBlock(b), h1, rows, 2 * WIDTH);
        SecondLayer.transpose(
                weights.w2, weights.secondBlock(b), units, columns, FIRST + b % 2 * WIDTH * paddedUnits, paddedUnits);
        if (b % 2 == 1) {
            int both = firstActivation(b - 1);
            PanelProduct.positivePart(h1, both, n * 2 * WIDTH);
            second.forward(h1, both, pairs, columns, h2);
        }
    }

    /** Where h1 of block b begins; a sample's row is 2 WIDTH further than the one's before. */
    private int firstActivation(int b) {
        return FIRST + (b / 2 * paddedSamples * 2 + b % 2) * WIDTH;
    }

    /** f = W3 h2, the outputs' gradient, the patterns, and the descent on W3. */
    private void outer() {
        float[] w3 = weights.w3;
        System.arraycopy(w3, 0, before, 0, units);
        patterns();
        tree.list(WIDTH, before);
        double scale = weights.scaled.scale();
        double cube = scale * scale * scale;
        double keep = 1 - settings.stepSize() * settings.weightDecay();
        // V_new = W_new / (s·keep) = V − η ∂L/∂W / (s·keep), and ∂L/∂W = s² × the gradient in terms of V.
        double factor = settings.stepSize() * scale / keep / n;
        for (int i = 0; i < n; i++) {
            int row = FIRST + i * paddedUnits;
            double y = task.labels()[i];
            float gradient = (float) (factor * y * LogisticLoss.derivative(y * cube * output(row)));
            g[i] = gradient;
            PanelProduct.subtract(gradient, h2, row, w3);
        }
    }

    /** Σ_k w3_k h2_k in double, in four sums: an addition need not wait for the one before. */
    private double output(int row) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        // Both are padded with zeros to a multiple of four.
        for (int k = 0; k < units; k += 4) {
            a += before[k] * (double) h2[row + k];
            b += before[k + 1] * (double) h2[row + k + 1];
            c += before[k + 2] * (double) h2[row + k + 2];
            d += before[k + 3] * (double) h2[row + k + 3];
        }
        return a + b + (c + d);
    }

    private void backward(int b) {
        backward.descend(tree, weights.w2, weights.secondBlock(b), before, h1, firstActivation(b), g, delta);
        int groups = PanelProduct.padded(rank) / PanelProduct.ROWS;
        PanelProduct.multiply(byCoordinate, groups, n, delta, FIRST, gradient1, FIRST, WIDTH);
        PanelProduct.subtract(gradient1, FIRST, weights.w1, weights.firstBlock(b));
    }

    @Override
    public ReluNetwork network() {
        double[][] matrices = weights.matrices();
        matrices[0] = span.restored(
                matrices[0], complement, StrictMath.pow(1 - settings.stepSize() * settings.weightDecay(), step));
        return new ReluNetwork(start.widths().clone(), matrices);
    }

    @Override
    public byte[] save() {
        if (step % PERIOD != 0) {
            throw new IllegalStateException("descent: step " + step + " is not a multiple of " + PERIOD);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + weights.scaled.bytes());
        bytes.putLong(step);
        weights.scaled.save(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        step = bytes.getLong();
        weights.scaled.restore(bytes);
        forward();
    }

    @Override
    public int savePeriod() {
        return PERIOD;
    }

    /**
     * Floating-point operations of one step as dense products, for the benchmark: X W1ᵀ and its gradient in the span, h1 W2ᵀ,
     * its gradient and δ, and the output layer. What a program that multiplies zeros too would need.
     */
    public long denseOperations() {
        return 4L * n * rank * weights.hidden + 6L * n * weights.hidden * units + 6L * n * units;
    }

    /**
     * What is left of {@link #denseOperations} now without products by zero, for the benchmark: X W1ᵀ, its gradient and h1 W2ᵀ
     * over active units, one addition per difference of patterns and lane both ways.
     */
    public long usefulOperations() {
        long active = 0;
        for (float h : h1) {
            active += h > 0 ? 1 : 0;
        }
        patterns();
        tree.list(WIDTH, before);
        return 2L * n * rank * weights.hidden
                + 2L * active * rank
                + 2L * active * units
                + 2L * tree.differences() * weights.hidden
                + 6L * n * units;
    }
}
