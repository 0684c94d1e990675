package org.lowrank.trainer.descent;

import static org.lowrank.trainer.descent.PanelProduct.FIRST;
import static org.lowrank.trainer.descent.PanelProduct.ROWS;
import static org.lowrank.trainer.descent.PanelProduct.WIDTH;

/**
 * One hidden layer of {@link LayeredDescent}: H = φ(B Vᵀ) of the layer below's B (samples × in), and backward from δ = ∂L/∂Z: ∂L/∂B =
 * δV and ∂L/∂V = δᵀB. Units are the lanes of blocks of {@link PanelProduct#WIDTH}, so that V, its gradient, H and δ are panels.
 */
final class HiddenLayer {
    /** Vᵀ: blocks × padded in × WIDTH, from FIRST on. */
    final float[] weights;

    private final int n;
    private final int in;
    private final int out;
    private final int blocks;
    private final int paddedSamples;
    private final int paddedIn;
    private final float[] h; // blocks x padded samples x WIDTH
    private final float[] delta; // likewise
    private float[] bySample; // B grouped by samples
    private float[] byUnit; // Bᵀ grouped by the units below
    private final float[] gradient; // padded in x WIDTH: of a block
    private final float[] deltaBySample; // δ grouped by samples
    private final float[] transposed; // V: blocks of the layer below x out x WIDTH

    /**
     * A layer of so many units on so many below it.
     *
     * @param matrix W: out × in
     */
    HiddenLayer(int samples, int in, int out, double[] matrix) {
        this.n = samples;
        this.in = in;
        this.out = out;
        blocks = blocks(out);
        paddedSamples = PanelProduct.padded(n);
        paddedIn = PanelProduct.padded(in);
        weights = new float[FIRST + blocks * paddedIn * WIDTH];
        h = new float[FIRST + blocks * paddedSamples * WIDTH];
        delta = new float[h.length];
        bySample = new float[paddedSamples * in];
        byUnit = new float[paddedIn * n];
        gradient = new float[FIRST + paddedIn * WIDTH];
        deltaBySample = new float[paddedSamples * out];
        transposed = new float[FIRST + blocks(in) * out * WIDTH];
        for (int o = 0; o < out; o++) {
            for (int q = 0; q < in; q++) {
                weights[weight(o, q)] = (float) matrix[o * in + q];
            }
        }
    }

    private static int blocks(int units) {
        return (units + WIDTH - 1) / WIDTH;
    }

    private int weight(int o, int q) {
        return panel(o / WIDTH) + q * WIDTH + o % WIDTH;
    }

    /** Where block b of the weights begins. */
    private int panel(int b) {
        return FIRST + b * paddedIn * WIDTH;
    }

    /** Where block b of a sample's activations begins. */
    private int row(int b, int sample) {
        return FIRST + (b * paddedSamples + sample) * WIDTH;
    }

    /** Units up to whole blocks. */
    int paddedUnits() {
        return blocks * WIDTH;
    }

    /** B once for all: the inputs' coordinates, samples × in. */
    void input(double[] coordinates) {
        bySample = PanelProduct.grouped(coordinates, n, in, false);
        byUnit = PanelProduct.grouped(coordinates, n, in, true);
    }

    /** B is the layer below's H. */
    void input(HiddenLayer below) {
        group(below.h, below, bySample);
        for (int q = 0; q < in; q++) {
            int from = below.row(q / WIDTH, 0) + q % WIDTH;
            int to = q / ROWS * n * ROWS + q % ROWS;
            for (int i = 0; i < n; i++) {
                byUnit[to + i * ROWS] = below.h[from + i * WIDTH];
            }
        }
    }

    /** Panels of a layer (samples × its units) as coefficients, ten samples interleaved. */
    private void group(float[] panels, HiddenLayer of, float[] grouped) {
        for (int i = 0; i < n; i++) {
            int to = i / ROWS * of.out * ROWS + i % ROWS;
            for (int q = 0; q < of.out; q++) {
                grouped[to + q * ROWS] = panels[of.row(q / WIDTH, i) + q % WIDTH];
            }
        }
    }

    /** H = φ(B Vᵀ). */
    void forward() {
        for (int b = 0; b < blocks; b++) {
            PanelProduct.multiply(bySample, paddedSamples / ROWS, in, weights, panel(b), h, row(b, 0), WIDTH);
        }
        PanelProduct.positivePart(h, FIRST, h.length - FIRST);
    }

    /** v · h_i in double, of a vector of {@link #paddedUnits} entries. */
    double output(int sample, float[] v) {
        double even = 0;
        double odd = 0;
        for (int b = 0; b < blocks; b++) {
            int at = row(b, sample);
            for (int lane = 0; lane < WIDTH; lane += 2) {
                even += v[b * WIDTH + lane] * (double) h[at + lane];
                odd += v[b * WIDTH + lane + 1] * (double) h[at + lane + 1];
            }
        }
        return even + odd;
    }

    /** δ_i = g_i v ∘ φ′(z_i), of an output v · h_i. */
    void outerDelta(float[] g, float[] v) {
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < n; i++) {
                int at = row(b, i);
                for (int lane = 0; lane < WIDTH; lane++) {
                    delta[at + lane] = g[i] * v[b * WIDTH + lane];
                }
            }
        }
        PanelProduct.gate(h, delta, FIRST);
    }

    /** v ← v − Σ g_i h_i. */
    void descendOuter(float[] g, float[] v) {
        for (int b = 0; b < blocks; b++) {
            for (int i = 0; i < n; i++) {
                int at = row(b, i);
                for (int lane = 0; lane < WIDTH; lane++) {
                    v[b * WIDTH + lane] -= g[i] * h[at + lane];
                }
            }
        }
    }

    /** δ of the layer below: δV ∘ φ′. */
    void propagate(HiddenLayer below) {
        group(delta, this, deltaBySample);
        for (int o = 0; o < out; o++) {
            for (int q = 0; q < in; q++) {
                transposed[FIRST + (q / WIDTH * out + o) * WIDTH + q % WIDTH] = weights[weight(o, q)];
            }
        }
        for (int b = 0; b < below.blocks; b++) {
            int from = FIRST + b * out * WIDTH;
            int to = below.row(b, 0);
            PanelProduct.multiply(deltaBySample, paddedSamples / ROWS, out, transposed, from, below.delta, to, WIDTH);
        }
        PanelProduct.gate(below.h, below.delta, FIRST);
    }

    /** V ← V − δᵀB. */
    void descend() {
        for (int b = 0; b < blocks; b++) {
            PanelProduct.multiply(byUnit, paddedIn / ROWS, n, delta, row(b, 0), gradient, FIRST, WIDTH);
            PanelProduct.subtract(gradient, FIRST, weights, panel(b));
        }
    }

    /** scale · V: out × in. */
    double[] matrix(double scale) {
        double[] matrix = new double[out * in];
        for (int o = 0; o < out; o++) {
            for (int q = 0; q < in; q++) {
                matrix[o * in + q] = scale * weights[weight(o, q)];
            }
        }
        return matrix;
    }
}
