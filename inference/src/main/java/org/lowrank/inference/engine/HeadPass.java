package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.Activation;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.Transformer.Head;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/**
 * From last hidden states to losses. The vocabulary is gone through in parts, each read once for all batches; per token the
 * largest logit so far and Σ exp(logit − largest) are kept in double.
 */
final class HeadPass {
    private static final int WEIGHTS = 1 << 24;
    private static final int LOGITS = 1 << 25;

    private final Head head;
    private final Optional<Reading> transform;
    private final Tensor output;
    private final float[] bias;
    private final int width;
    private final NDManager memory;
    private final Device device;

    /** A matrix, an activation and a norm before the output matrix. */
    private record Reading(Parts.Linear dense, Activation activation, Parts.Norm norm) {}

    private HeadPass(
            Head head, Optional<Reading> transform, Tensor output, float[] bias, NDManager memory, Device device) {
        this.head = head;
        this.transform = transform;
        this.output = output;
        this.bias = bias;
        this.width = Math.toIntExact(output.shape().get(1));
        this.memory = memory;
        this.device = device;
    }

    /** Whether the checkpoint has the head of its family: of a masked one its dense matrix is stored always. */
    static boolean exists(Head head, TensorNames names) {
        if (head.transform().isPresent()) {
            return names.findAbove(head.transform().get().dense()).isPresent();
        }
        return head.causal()
                && (names.findAbove(head.output()).isPresent()
                        || head.expected().orElse(true));
    }

    /**
     * The head of a model; empty where the checkpoint has none.
     *
     * @param tokens the input table, which is the output matrix too where they are tied or there is no other
     * @param stores given back by the caller
     */
    static Optional<HeadPass> of(
            Transformer transformer,
            TensorNames names,
            Tensor tokens,
            NDManager memory,
            Device device,
            List<FloatStore> stores)
            throws IOException {
        if (transformer.head().isEmpty() || !exists(transformer.head().get(), names)) {
            return Optional.empty();
        }
        Head head = transformer.head().get();
        boolean tied = head.tied().orElse(false);
        Tensor output = tied ? tokens : names.findAbove(head.output()).orElse(tokens);
        if (output.shape().size() != 2) {
            throw new MalformedWeightsException("wrong shape: " + output.file() + ": " + output.name() + " is "
                    + output.shape() + ", no matrix; check config.json");
        }
        Optional<Tensor> bias =
                names.findAbove(head.output() + ".bias").or(() -> head.bias().flatMap(names::findAbove));
        float[] added = bias.isPresent() ? vector(bias.get(), output.shape().get(0)) : new float[0];
        Optional<Reading> transform = Optional.empty();
        if (head.transform().isPresent()) {
            Transformer.Transform form = head.transform().get();
            WeightLoader loader = new WeightLoader(transformer, names.above(form.dense()), memory);
            int read = transformer.sizes().width();
            int written = Math.toIntExact(output.shape().get(1));
            transform = Optional.of(new Reading(
                    loader.plain(form.dense(), written, read, stores),
                    form.activation(),
                    loader.norm(form.norm().module(), form.norm().kind(), stores)));
        }
        return Optional.of(new HeadPass(head, transform, output, added, memory, device));
    }

    private static float[] vector(Tensor tensor, long length) throws IOException {
        if (!tensor.shape().equals(List.of(length))) {
            throw new MalformedWeightsException("wrong shape: " + tensor.file() + ": " + tensor.name() + " is "
                    + tensor.shape() + " where [" + length + "] is needed; download the model again");
        }
        FloatBuffer numbers = FloatBuffer.allocate(Math.toIntExact(length));
        try (Tensor.Values values = tensor.open()) {
            Widening.entries(values, 0, length, numbers);
        }
        return numbers.array();
    }

    /** Losses of a batch, as they add up. */
    private static final class Sums {
        final int[] targets;
        final double[] largest;
        final double[] exponentials;
        final double[] wanted;

        Sums(Batch batch, List<int[]> wantedIds) {
            targets = new int[batch.tokens()];
            largest = new double[targets.length];
            exponentials = new double[targets.length];
            wanted = new double[targets.length];
            Arrays.fill(largest, Double.NEGATIVE_INFINITY);
            int token = 0;
            for (int[] sequence : wantedIds) {
                System.arraycopy(sequence, 0, targets, token, sequence.length);
                token += sequence.length;
            }
        }
    }

    /**
     * Mean losses.
     *
     * @param last last hidden states, one per batch, tokens × width
     */
    Losses losses(List<Batch> batches, List<FloatStore> last, Targets targets)
            throws IOException, InterruptedException {
        List<FloatStore> states = new ArrayList<>();
        try {
            for (FloatStore state : last) {
                states.add(transformed(state));
            }
            return ofTransformed(batches, states, targets);
        } finally {
            states.forEach(FloatStore::close);
        }
    }

    /** What the output matrix multiplies, a copy. */
    private FloatStore transformed(FloatStore state) {
        FloatStore result = FloatStore.allocate(memory, state.rows, width);
        try (NDManager scope = memory.newSubManager()) {
            NDArray x = state.copyOn(device, scope);
            if (transform.isPresent()) {
                Reading reading = transform.get();
                x = Operations.activation(Operations.linear(x, reading.dense()), reading.activation());
                x = Operations.norm(x, reading.norm());
            }
            result.put(x, 0);
            return result;
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    private Losses ofTransformed(List<Batch> batches, List<FloatStore> states, Targets targets)
            throws IOException, InterruptedException {
        long vocabulary = output.shape().get(0);
        int most = states.stream().mapToInt(state -> state.rows).max().orElse(1);
        int part = (int) Math.max(1, Math.min(vocabulary, Math.min(WEIGHTS / width, LOGITS / most)));
        List<Sums> sums = new ArrayList<>();
        int sequence = 0;
        for (Batch batch : batches) {
            int end = sequence + batch.sequences().size();
            sums.add(new Sums(batch, targets.ids().subList(sequence, end)));
            sequence = end;
        }
        Moments moments = new Moments();
        try (FloatStore weights = FloatStore.allocate(memory, part, width);
                Tensor.Values values = output.open()) {
            for (long first = 0; first < vocabulary; first += part) {
                int count = (int) Math.min(part, vocabulary - first);
                Widening.rows(values, first, count, width, weights.floats());
                for (int i = 0; i < states.size(); i++) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    logits(states.get(i), weights, (int) first, count, sums.get(i), moments);
                }
            }
        }
        return Losses.of(batches.stream().flatMap(b -> b.sequences().stream()).toList(), losses(sums), moments.ended());
    }

    private void logits(FloatStore state, FloatStore weights, int first, int count, Sums sums, Moments moments) {
        try (NDManager scope = memory.newSubManager()) {
            NDArray matrix = weights.copyOn(device, scope).get(count == weights.rows ? ":" : "0:" + count);
            NDArray logits = linear(state.copyOn(device, scope), matrix, part(first, count, scope));
            if (head.factor() != 1) {
                logits.muli(head.factor());
            }
            logits = Operations.softCapped(logits, head.softCap());
            moments.add(logits);
            NDArray largest = logits.max(new int[] {1}, true);
            float[] tops = largest.toFloatArray();
            FloatBuffer entries =
                    logits.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
            for (int token = 0; token < tops.length; token++) {
                int target = sums.targets[token] - first;
                if (target >= 0 && target < count) {
                    sums.wanted[token] = entries.get(token * count + target);
                }
            }
            float[] exponentials = logits.subi(largest).exp().sum(new int[] {1}).toFloatArray();
            for (int token = 0; token < tops.length; token++) {
                double top = Math.max(sums.largest[token], tops[token]);
                sums.exponentials[token] = sums.exponentials[token] * Math.exp(sums.largest[token] - top)
                        + exponentials[token] * Math.exp(tops[token] - top);
                sums.largest[token] = top;
            }
        }
    }

    private @Nullable NDArray part(int first, int count, NDManager scope) {
        return bias.length == 0 ? null : scope.create(Arrays.copyOfRange(bias, first, first + count));
    }

    @SuppressWarnings("NullAway") // DJL takes null for no bias
    private static NDArray linear(NDArray x, NDArray weight, @Nullable NDArray added) {
        return x.getNDArrayInternal().linear(x, weight, added).singletonOrThrow();
    }

    /** −ln p of each token's target, NaN where there is none. */
    private static List<double[]> losses(List<Sums> sums) {
        List<double[]> losses = new ArrayList<>();
        for (Sums batch : sums) {
            double[] own = new double[batch.targets.length];
            for (int token = 0; token < own.length; token++) {
                own[token] = batch.targets[token] < 0
                        ? Double.NaN
                        : Math.log(batch.exponentials[token]) + batch.largest[token] - batch.wanted[token];
            }
            losses.add(own);
        }
        return losses;
    }

    /** Sums over all logits. */
    private static final class Moments {
        private double count;
        private double sum;
        private double squares;

        void add(NDArray logits) {
            count += logits.size();
            try (NDArray total = logits.sum();
                    NDArray squared = logits.square();
                    NDArray totalSquared = squared.sum()) {
                sum += total.getFloat();
                squares += totalSquared.getFloat();
            }
        }

        Losses.Logits ended() {
            double mean = sum / count;
            return new Losses.Logits(mean, Math.sqrt(Math.max(0, squares / count - mean * mean)), Math.sqrt(squares));
        }
    }
}
