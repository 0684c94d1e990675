package org.lowrank.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.engine.Input.Site;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The matrices of one layer as the engine multiplies with them, [out, in] in float32, fused ones divided; of a model, of another
 * checkpoint of the same form, or of their difference. Experts have none here: not every token goes to them.
 */
public final class LayerMatrices implements AutoCloseable {
    private static final int TOKENS = 512;

    private final Parts.Layer parts;
    private final NDManager memory;
    private final List<Held> held = new ArrayList<>();

    /**
     * A matrix.
     *
     * @param label Q, K, V, O, GATE, M1 or M2
     * @param input what it multiplies
     */
    public record Matrix(String label, Site input, int rows, int cols) {}

    private record Held(Matrix matrix, FloatStore store, int first) {}

    LayerMatrices(Transformer transformer, Parts.Layer parts, NDManager memory) {
        this.parts = parts;
        this.memory = memory;
        Transformer.Sizes sizes = transformer.sizes();
        int q = sizes.heads() * sizes.headSize();
        int kv = sizes.keyValueHeads() * sizes.headSize();
        FloatStore qkv = Objects.requireNonNull(parts.qkv).weight();
        hold("Q", Site.QKV, qkv, 0, q);
        hold("K", Site.QKV, qkv, q, kv);
        hold("V", Site.QKV, qkv, q + kv, kv);
        FloatStore o = Objects.requireNonNull(parts.o).weight();
        hold("O", Site.O, o, 0, o.rows);
        if (parts.feedForward != null) {
            FloatStore up = parts.feedForward.up().weight();
            int width = parts.feedForward.width();
            if (parts.feedForward.gated()) {
                hold("GATE", Site.M1, up, 0, width);
            }
            hold("M1", Site.M1, up, up.rows - width, width);
            FloatStore down = parts.feedForward.down().weight();
            hold("M2", Site.M2, down, 0, down.rows);
        }
    }

    private void hold(String label, Site site, FloatStore store, int first, int rows) {
        held.add(new Held(new Matrix(label, site, rows, store.cols), store, first));
    }

    /** Which there are. */
    public List<Matrix> matrices() {
        return held.stream().map(Held::matrix).toList();
    }

    /**
     * Takes the difference to another model's same layer, in place.
     *
     * @throws MalformedWeightsException if shapes differ
     */
    public void subtract(LayerMatrices base, String name) throws MalformedWeightsException {
        for (int i = 0; i < held.size(); i++) {
            Matrix own = held.get(i).matrix();
            if (base.held.size() != held.size() || !base.held.get(i).matrix().equals(own)) {
                throw new MalformedWeightsException(
                        "no child of this base: " + name + ": " + own.label() + " is " + own.rows() + " x " + own.cols()
                                + " where the base has other matrices; give models of one base");
            }
            FloatBuffer numbers = numbers(held.get(i));
            FloatBuffer less = base.numbers(base.held.get(i));
            for (int at = 0; at < numbers.limit(); at++) {
                numbers.put(at, numbers.get(at) - less.get(at));
            }
        }
    }

    private FloatBuffer numbers(Held matrix) {
        return matrix.store().rows(matrix.first(), matrix.matrix().rows());
    }

    /** ‖W‖_F² of a matrix, by its place in {@link #matrices()}. */
    public double squaredNorm(int matrix) {
        FloatBuffer numbers = numbers(held.get(matrix));
        double sum = 0;
        for (int at = 0; at < numbers.limit(); at++) {
            double entry = numbers.get(at);
            sum += entry * entry;
        }
        return sum;
    }

    /**
     * ‖W x‖² of some vectors.
     *
     * @param matrix by its place in {@link #matrices()}
     * @param vectors one row each, as wide as the matrix
     */
    public double[] squaredLengths(int matrix, float[] vectors) {
        Held held = this.held.get(matrix);
        int cols = held.matrix().cols();
        int count = vectors.length / cols;
        double[] lengths = new double[count];
        for (int from = 0; from < count; from += TOKENS) {
            int some = Math.min(TOKENS, count - from);
            try (FloatStore rows = FloatStore.allocate(memory, some, cols);
                    NDManager scope = memory.newSubManager()) {
                rows.floats().put(vectors, from * cols, some * cols);
                NDArray x = rows.copyOn(memory.getDevice(), scope);
                NDArray weight = Operations.rows(
                        held.store().on(memory.getDevice()),
                        held.first(),
                        (long) held.first() + held.matrix().rows());
                weight.attach(scope);
                NDArray squares = x.matMul(weight.transpose()).square().sum(new int[] {1});
                FloatBuffer sums =
                        squares.toByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
                for (int i = 0; i < some; i++) {
                    lengths[from + i] = sums.get(i);
                }
            }
        }
        return lengths;
    }

    @Override
    public void close() {
        parts.close();
    }
}
