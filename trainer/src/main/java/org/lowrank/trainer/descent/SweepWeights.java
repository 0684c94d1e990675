package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.LANE_COUNT;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.lowrank.trainer.network.ReluNetwork;

/**
 * Weights of networks with two hidden layers side by side, lane l of every vector belonging to the l-th network. W = s·V with a
 * scale s of each lane in double, so that decays far below a float's resolution still count.
 */
final class SweepWeights {
    final int d;
    final int first; // hidden units of layer 1, even
    final int second;
    final float[] v1; // first/2 x d x 2 x lanes: block of two units, input, unit, lane
    final float[] v2; // second x first x lanes
    final float[] v3; // second x lanes
    final double[] scale = new double[LANE_COUNT]; // s of each lane
    private final int[] widths;

    /**
     * Copies networks of one shape.
     *
     * @param starts one a lane, at most {@link PanelProduct#LANE_COUNT}; further lanes repeat the last one
     */
    SweepWeights(List<ReluNetwork> starts) {
        ReluNetwork start = starts.get(0);
        if (starts.size() > LANE_COUNT
                || starts.stream()
                        .anyMatch(
                                network -> network.depth() != 3 || !Arrays.equals(network.widths(), start.widths()))) {
            throw new IllegalArgumentException("sweep: " + starts.size() + " networks of depth " + start.depth()
                    + ": at most " + LANE_COUNT + ", of one shape and depth 3");
        }
        widths = start.widths().clone();
        d = widths[0];
        first = widths[1] + widths[1] % 2;
        second = widths[2];
        v1 = new float[FIRST + first / 2 * PanelProduct.padded(d) * WIDTH];
        v2 = new float[FIRST + second * first * LANE_COUNT];
        v3 = new float[FIRST + second * LANE_COUNT];
        Arrays.fill(scale, 1);
        for (int l = 0; l < LANE_COUNT; l++) {
            load(starts.get(Math.min(l, starts.size() - 1)), l);
        }
    }

    private void load(ReluNetwork start, int lane) {
        for (int o = 0; o < widths[1]; o++) {
            for (int j = 0; j < d; j++) {
                v1[at1(o, j, lane)] = (float) start.weights()[0][o * d + j];
            }
            for (int k = 0; k < second; k++) {
                v2[at2(k, o) + lane] = (float) start.weights()[1][k * widths[1] + o];
            }
        }
        for (int k = 0; k < second; k++) {
            v3[at3(k) + lane] = (float) start.weights()[2][k];
        }
    }

    int at1(int unit, int input, int lane) {
        return FIRST + (unit / 2 * PanelProduct.padded(d) + input) * WIDTH + unit % 2 * LANE_COUNT + lane;
    }

    int at2(int second, int unit) {
        return FIRST + (second * first + unit) * LANE_COUNT;
    }

    static int at3(int second) {
        return FIRST + second * LANE_COUNT;
    }

    /** Keeps scales near 1 and floats out of the subnormal numbers, exactly; of the first so many lanes. */
    void rescale(int lanes) {
        for (int l = 0; l < lanes; l++) {
            while (scale[l] < 0.5 && largest(l) > ScaledWeights.SMALLEST) {
                halve(l);
            }
        }
        for (float[] v : new float[][] {v1, v2, v3}) {
            ScaledWeights.flush(v);
        }
    }

    private float largest(int lane) {
        float largest = 0;
        for (float[] v : new float[][] {v1, v2, v3}) {
            for (int i = FIRST + lane; i < v.length; i += LANE_COUNT) {
                largest = Math.max(largest, Math.abs(v[i]));
            }
        }
        return largest;
    }

    /** s·V = 2s·(V/2), exactly. */
    private void halve(int lane) {
        scale[lane] *= 2;
        for (float[] v : new float[][] {v1, v2, v3}) {
            for (int i = FIRST + lane; i < v.length; i += LANE_COUNT) {
                v[i] *= 0.5f;
            }
        }
    }

    /** A lane's network in double. */
    ReluNetwork network(int lane) {
        double s = scale[lane];
        double[][] weights = {new double[widths[1] * d], new double[second * widths[1]], new double[second]};
        for (int o = 0; o < widths[1]; o++) {
            for (int j = 0; j < d; j++) {
                weights[0][o * d + j] = s * v1[at1(o, j, lane)];
            }
            for (int k = 0; k < second; k++) {
                weights[1][k * widths[1] + o] = s * v2[at2(k, o) + lane];
            }
        }
        for (int k = 0; k < second; k++) {
            weights[2][k] = s * v3[at3(k) + lane];
        }
        return new ReluNetwork(widths.clone(), weights);
    }

    int bytes() {
        return Double.BYTES * scale.length + Float.BYTES * (v1.length + v2.length + v3.length - 3 * FIRST);
    }

    void put(ByteBuffer into) {
        StateBytes.put(into, scale);
        StateBytes.put(into, v1, FIRST);
        StateBytes.put(into, v2, FIRST);
        StateBytes.put(into, v3, FIRST);
    }

    void get(ByteBuffer from) {
        StateBytes.get(from, scale);
        StateBytes.get(from, v1, FIRST);
        StateBytes.get(from, v2, FIRST);
        StateBytes.get(from, v3, FIRST);
    }
}
