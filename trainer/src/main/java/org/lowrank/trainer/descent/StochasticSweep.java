package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.LANES;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.ROWS;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.Task;

/**
 * Mini-batch descent of networks with two hidden layers in float, one per λ, side by side: the same start, samples and
 * batches, lane l of every vector belonging to the l-th λ ({@link SweepWeights}, with s = (1 − ηλ)^t as in
 * {@link FusedDescent}).
 */
public final class StochasticSweep implements StochasticDescent {
    private final Task task;
    private final double stepSize;
    private final double[] lambdas;
    private final int batch;
    private final BatchOrder order;
    private final int d;
    private final int first;
    private final int second;
    private final SweepWeights weights;
    private final float[] v1;
    private final float[] v2;
    private final float[] v3;
    private final double[] scale;
    private final float[] rows; // batch x d grouped by samples
    private final float[] columns; // the same grouped by inputs
    private final float[] h1; // first/2 x padded batch x 2 x lanes
    private final float[] delta1; // likewise
    private final float[] h2; // second x lanes, of one sample
    private final float[] gradient1;
    private final float[] gradient2;
    private final float[] gradient3;
    private int epochs;
    private final float[] outputScale = new float[LANE_COUNT];
    private final float[] gradientScale = new float[LANE_COUNT];

    /**
     * Starts every network at the same weights.
     *
     * @param start two hidden layers
     * @param lambdas at most {@link #lanes()}
     */
    public StochasticSweep(
            ReluNetwork start, Task task, double stepSize, double[] lambdas, int batch, BatchOrder order) {
        this(Collections.nCopies(lambdas.length, start), task, stepSize, lambdas, batch, order);
    }

    /**
     * Starts every network at its own weights, as where a descent goes on.
     *
     * @param starts two hidden layers, one shape, one for each λ
     * @param lambdas at most {@link #lanes()}
     */
    public StochasticSweep(
            List<ReluNetwork> starts, Task task, double stepSize, double[] lambdas, int batch, BatchOrder order) {
        this.task = task;
        this.stepSize = stepSize;
        this.lambdas = lambdas.clone();
        this.batch = batch;
        this.order = order;
        weights = new SweepWeights(starts);
        d = weights.d;
        first = weights.first;
        second = weights.second;
        v1 = weights.v1;
        v2 = weights.v2;
        v3 = weights.v3;
        scale = weights.scale;
        rows = new float[PanelProduct.padded(batch) * d];
        columns = new float[PanelProduct.padded(d) * batch];
        h1 = new float[FIRST + first / 2 * PanelProduct.padded(batch) * WIDTH];
        delta1 = new float[h1.length];
        h2 = new float[FIRST + second * LANE_COUNT];
        gradient1 = new float[FIRST + PanelProduct.padded(d) * WIDTH];
        gradient2 = new float[v2.length];
        gradient3 = new float[v3.length];
    }

    /** How many weight decays fit side by side on this machine. */
    public static int lanes() {
        return LANE_COUNT;
    }

    @Override
    public void epoch() {
        epochs++;
        int[] samples = order.next();
        for (int from = 0; from < samples.length; from += batch) {
            batch(samples, from, Math.min(batch, samples.length - from));
        }
        weights.rescale(lambdas.length);
    }

    private void batch(int[] samples, int from, int count) {
        gather(samples, from, count);
        int groups = PanelProduct.padded(count) / ROWS;
        for (int b = 0; b < first / 2; b++) {
            int at = FIRST + b * PanelProduct.padded(batch) * WIDTH;
            PanelProduct.multiply(rows, groups, d, v1, weights.at1(2 * b, 0, 0), h1, at, WIDTH);
            PanelProduct.positivePart(h1, at, count * WIDTH);
        }
        for (int l = 0; l < LANE_COUNT; l++) {
            outputScale[l] = (float) (scale[l] * scale[l] * scale[l]);
            double keep = l < lambdas.length ? 1 - stepSize * lambdas[l] : 1;
            gradientScale[l] = (float) (stepSize * scale[l] / keep / count);
        }
        Arrays.fill(gradient2, 0);
        Arrays.fill(gradient3, 0);
        for (int i = 0; i < count; i++) {
            sample(i, (float) task.labels()[samples[from + i]]);
        }
        for (int b = 0; b < first / 2; b++) {
            int at = FIRST + b * PanelProduct.padded(batch) * WIDTH;
            PanelProduct.multiply(columns, PanelProduct.padded(d) / ROWS, count, delta1, at, gradient1, FIRST, WIDTH);
            PanelProduct.subtract(gradient1, FIRST, v1, weights.at1(2 * b, 0, 0));
        }
        PanelProduct.subtract(gradient2, FIRST, v2, FIRST);
        PanelProduct.subtract(gradient3, FIRST, v3, FIRST);
        for (int l = 0; l < lambdas.length; l++) {
            scale[l] *= 1 - stepSize * lambdas[l];
        }
    }

    /** The batch's inputs in the two groupings of the dense kernel. */
    private void gather(int[] samples, int from, int count) {
        for (int i = 0; i < count; i++) {
            int x = samples[from + i] * d;
            for (int j = 0; j < d; j++) {
                float entry = (float) task.inputs()[x + j];
                rows[(i / ROWS * d + j) * ROWS + i % ROWS] = entry;
                columns[(j / ROWS * count + i) * ROWS + j % ROWS] = entry;
            }
        }
    }

    /** Layers 2 and 3 of one sample, forward and backward, all λ at once. */
    private void sample(int i, float label) {
        FloatVector f = FloatVector.zero(LANES);
        for (int k = 0; k < second; k++) {
            FloatVector z = FloatVector.zero(LANES);
            for (int o = 0; o < first; o++) {
                z = FloatVector.fromArray(LANES, v2, weights.at2(k, o))
                        .fma(FloatVector.fromArray(LANES, h1, hidden(i, o)), z);
            }
            z = z.max(0);
            z.intoArray(h2, SweepWeights.at3(k));
            f = z.fma(FloatVector.fromArray(LANES, v3, SweepWeights.at3(k)), f);
        }
        FloatVector g = outputGradient(f, label);
        for (int o = 0; o < first; o++) {
            FloatVector.zero(LANES).intoArray(delta1, hidden(i, o));
        }
        for (int k = 0; k < second; k++) {
            FloatVector h = FloatVector.fromArray(LANES, h2, SweepWeights.at3(k));
            h.fma(g, FloatVector.fromArray(LANES, gradient3, SweepWeights.at3(k)))
                    .intoArray(gradient3, SweepWeights.at3(k));
            FloatVector d2 = where(h, g.mul(FloatVector.fromArray(LANES, v3, SweepWeights.at3(k))));
            for (int o = 0; o < first; o++) {
                int w = weights.at2(k, o);
                int at = hidden(i, o);
                d2.fma(FloatVector.fromArray(LANES, h1, at), FloatVector.fromArray(LANES, gradient2, w))
                        .intoArray(gradient2, w);
                d2.fma(FloatVector.fromArray(LANES, v2, w), FloatVector.fromArray(LANES, delta1, at))
                        .intoArray(delta1, at);
            }
        }
        for (int o = 0; o < first; o++) {
            int at = hidden(i, o);
            where(FloatVector.fromArray(LANES, h1, at), FloatVector.fromArray(LANES, delta1, at))
                    .intoArray(delta1, at);
        }
    }

    private int hidden(int sample, int unit) {
        return FIRST + (unit / 2 * PanelProduct.padded(batch) + sample) * WIDTH + unit % 2 * LANE_COUNT;
    }

    /** η s/(1 − ηλ) ∂L/∂f = −η s/(1 − ηλ) y / (1 + e^{y s³ f}) / batch. */
    private FloatVector outputGradient(FloatVector f, float label) {
        float[] margin = new float[LANE_COUNT];
        f.mul(FloatVector.fromArray(LANES, outputScale, 0)).mul(label).intoArray(margin, 0);
        for (int l = 0; l < LANE_COUNT; l++) {
            margin[l] = (float) (-label * gradientScale[l] / (1 + StrictMath.exp(margin[l])));
        }
        return FloatVector.fromArray(LANES, margin, 0);
    }

    /** values where the activation is positive, else 0. */
    private static FloatVector where(FloatVector activation, FloatVector values) {
        return activation
                .reinterpretAsInts()
                .neg()
                .lanewise(VectorOperators.ASHR, 31)
                .and(values.reinterpretAsInts())
                .reinterpretAsFloats();
    }

    @Override
    public int epochs() {
        return epochs;
    }

    @Override
    public byte[] save() {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES + weights.bytes());
        bytes.putInt(epochs);
        weights.put(bytes);
        return bytes.array();
    }

    @Override
    public void restore(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state);
        int target = bytes.getInt();
        order.skip(target - epochs);
        epochs = target;
        weights.get(bytes);
    }

    @Override
    public ReluNetwork network(int lane) {
        return weights.network(lane);
    }
}
