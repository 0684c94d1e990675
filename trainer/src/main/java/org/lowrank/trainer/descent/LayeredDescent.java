package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lowrank.trainer.network.LogisticLoss;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/**
 * Full-batch descent of a network of any depth from two on in float: {@link FusedDescent}'s first two savings, W_1 in the
 * coordinates of the inputs' span and decay as a factor, without its third, the skipping of zeros, which pays where layers are
 * wide. All products are dense {@link PanelProduct}s; tested against {@link PlainDescent}.
 *
 * <p>With W_k = s·V_k: f = s^K g, and V_k ← V_k − η s^{K−2}/(1 − ηλ) (∂L/∂f)(∂g/∂V_k) while s ← (1 − ηλ) s.
 */
public final class LayeredDescent implements Descent {
    /** Steps between exact halvings; states are saved at multiples of it. */
    private static final int PERIOD = 64;

    private final ReluNetwork start;
    private final Task task;
    private final DescentSettings settings;
    private final InputSpan span;
    private final double[] complement; // h1 x d: what of W_1 no input meets
    private final int n;
    private final HiddenLayer[] layers;
    private final ScaledWeights weights;
    private final float[] last; // w_K: widths[K − 1], padded with zeros to blocks
    private final float[] g; // samples: η s^{K−2}/(1 − ηλ) ∂L/∂f
    private long step;

    /** Starts at the given weights, which are copied. The network must have a hidden layer. */
    public LayeredDescent(ReluNetwork start, Task task, DescentSettings settings) {
        if (start.depth() < 2 || start.widths()[0] != task.dimension()) {
            throw new IllegalArgumentException("descent: network of widths " + Arrays.toString(start.widths())
                    + " for inputs of dimension " + task.dimension() + ": need a hidden layer and equal dimensions");
        }
        this.start = start;
        this.task = task;
        this.settings = settings;
        span = InputSpan.of(task);
        n = task.samples();
        double[] reduced = InputSpan.rotated(start.weights()[0], start.widths()[1], task.dimension(), span.basis());
        complement = span.complement(start.weights()[0], reduced);
        layers = new HiddenLayer[start.depth() - 1];
        float[][] all = new float[start.depth()][];
        for (int k = 0; k < layers.length; k++) {
            int in = k == 0 ? span.rank() : start.widths()[k];
            layers[k] = new HiddenLayer(n, in, start.widths()[k + 1], k == 0 ? reduced : start.weights()[k]);
            all[k] = layers[k].weights;
        }
        layers[0].input(span.coordinates());
        last = new float[layers[layers.length - 1].paddedUnits()];
        for (int j = 0; j < start.weights()[layers.length].length; j++) {
            last[j] = (float) start.weights()[layers.length][j];
        }
        all[layers.length] = last;
        weights = new ScaledWeights(all);
        g = new float[n];
    }

    @Override
    public long step() {
        return step;
    }

    @Override
    public void advanceTo(long target) {
        double keep = 1 - settings.stepSize() * settings.weightDecay();
        while (step < target) {
            if (step % PERIOD == 0) {
                weights.halve();
                weights.flush();
            }
            forward();
            outer(keep);
            backward();
            weights.shrink(keep);
            step++;
        }
    }

    private void forward() {
        layers[0].forward();
        for (int k = 1; k < layers.length; k++) {
            layers[k].input(layers[k - 1]);
            layers[k].forward();
        }
    }

    /** f = w_K h_{K−1}, the outputs' gradient, δ_{K−1} = g w_K ∘ φ′, and the descent on w_K. */
    private void outer(double keep) {
        HiddenLayer top = layers[layers.length - 1];
        double scale = weights.scale();
        double power = Math.pow(scale, start.depth());
        double factor = settings.stepSize() * Math.pow(scale, start.depth() - 2) / keep / n;
        for (int i = 0; i < n; i++) {
            double y = task.labels()[i];
            g[i] = (float) (factor * y * LogisticLoss.derivative(y * power * top.output(i, last)));
        }
        top.outerDelta(g, last);
        top.descendOuter(g, last);
    }

    /** δ_k from δ_{k+1} before W_{k+1} moves, and the descent on it. */
    private void backward() {
        for (int k = layers.length - 1; k >= 0; k--) {
            if (k > 0) {
                layers[k].propagate(layers[k - 1]);
            }
            layers[k].descend();
        }
    }

    @Override
    public ReluNetwork network() {
        double[][] matrices = new double[start.depth()][];
        for (int k = 0; k < layers.length; k++) {
            matrices[k] = layers[k].matrix(weights.scale());
        }
        matrices[0] = span.restored(
                matrices[0], complement, StrictMath.pow(1 - settings.stepSize() * settings.weightDecay(), step));
        double[] outer = new double[start.weights()[layers.length].length];
        for (int j = 0; j < outer.length; j++) {
            outer[j] = weights.scale() * last[j];
        }
        matrices[layers.length] = outer;
        return new ReluNetwork(start.widths().clone(), matrices);
    }

    @Override
    public byte[] save() {
        if (step % PERIOD != 0) {
            throw new IllegalStateException("descent: step " + step + " is not a multiple of " + PERIOD);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + weights.bytes());
        bytes.putLong(step);
        weights.save(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        step = bytes.getLong();
        weights.restore(bytes);
    }

    @Override
    public int savePeriod() {
        return PERIOD;
    }
}
