package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.PositionScheme;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.TransformerCatalog;
import org.lowrank.inference.engine.Input.Site;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * A transformer that is run layer by layer: all sequences through layer k while its weights are in memory, and layer k + 1
 * is read meanwhile. Memory: two layers in float32, the hidden states, and the activations of one layer.
 *
 * <pre>{@code
 * try (LayerwiseModel model = LayerwiseModel.open(checkpoint, config, RunSettings.defaults())) {
 *     model.run(List.of(tokens), listener).ifPresent(losses -> System.out.println(losses));
 * }
 * }</pre>
 */
public final class LayerwiseModel implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final Transformer transformer;
    private final TensorNames names;
    private final NDManager memory;
    private final Device device;
    private final WeightLoader loader;
    private final EmbeddingPass embedding;
    private final RunSettings settings;

    private LayerwiseModel(
            Checkpoint checkpoint, Transformer transformer, TensorNames names, NDManager memory, RunSettings settings)
            throws IOException {
        this.checkpoint = checkpoint;
        this.transformer = transformer;
        this.names = names;
        this.memory = memory;
        this.device = memory.getDevice();
        this.settings = settings;
        loader = new WeightLoader(transformer, names, memory, settings.randomWeights());
        embedding = new EmbeddingPass(transformer, names, loader, settings.randomWeights());
    }

    /**
     * Prepares a model.
     *
     * @param config config.json; usually the checkpoint's own
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if its architecture is not described, or a tensor is
     *     missing or has the wrong shape
     */
    public static LayerwiseModel open(Checkpoint checkpoint, JsonNode config, RunSettings settings) throws IOException {
        Transformer transformer = TransformerCatalog.resolve(config);
        TensorNames names = TensorNames.of(checkpoint, transformer);
        NDManager memory = NativeEngine.manager(settings.gpu());
        try {
            return new LayerwiseModel(checkpoint, transformer, names, memory, settings);
        } catch (IOException | RuntimeException | Error e) {
            memory.close();
            throw e;
        }
    }

    /** How it runs. */
    public Transformer transformer() {
        return transformer;
    }

    /** Number of token ids it knows. */
    public long vocabulary() {
        return embedding.vocabulary();
    }

    /** The longest sequence it can read; empty where only its training limits it. */
    public OptionalInt longest() {
        return embedding.longest();
    }

    /** How a head predicts. */
    public enum HeadKind {
        /** The next token, from those before it. */
        CAUSAL,
        /** A masked token, from all others. */
        MASKED
    }

    /** The language head that the checkpoint has; empty where none. */
    public Optional<HeadKind> head() {
        return transformer
                .head()
                .filter(head -> HeadPass.exists(head, names))
                .map(head -> head.causal() ? HeadKind.CAUSAL : HeadKind.MASKED);
    }

    /**
     * Looks whether the first and the last layer are whole and fit config.json, by reading them.
     *
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if a tensor of theirs is missing or has the wrong shape
     */
    public void requireAllTensors() throws IOException {
        loader.load(0).close();
        loader.load(transformer.sizes().layers() - 1).close();
    }

    /** Reads layers of a checkpoint of the same form: of what runs, or of what was tuned from it. */
    public interface MatrixReader {
        /** The matrices of a layer; closed by the caller. */
        LayerMatrices read(int layer) throws IOException;
    }

    /**
     * A reader of a checkpoint's layers as this model would multiply with them.
     *
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if it has no such layers
     */
    public MatrixReader reader(Checkpoint other) throws IOException {
        WeightLoader own = new WeightLoader(transformer, TensorNames.of(other, transformer), memory);
        return layer -> new LayerMatrices(transformer, own.load(layer), memory);
    }

    /** What a run of these sequences takes. */
    public MemoryNeed need(List<int[]> sequences) {
        return MemoryNeed.of(transformer, checkpoint, sequences, settings.batchTokens());
    }

    /**
     * Runs all sequences through all layers.
     *
     * @param sequences token ids, each within {@link #vocabulary()} and not longer than {@link #longest()}
     * @return losses of the next tokens where the checkpoint has a causal head; of a masked one the logits' moments alone
     */
    public Optional<Losses> run(List<int[]> sequences, ActivationListener listener)
            throws IOException, InterruptedException {
        boolean causal = head().equals(Optional.of(HeadKind.CAUSAL));
        return run(sequences, causal ? Targets.successors(sequences) : Targets.none(sequences), listener);
    }

    /** The same without a head: only activations are wanted. */
    public void observe(List<int[]> sequences, ActivationListener listener) throws IOException, InterruptedException {
        run(sequences, Optional.empty(), listener);
    }

    /** The same with what is to be predicted at each token; a masked head wants its mask token in the sequences. */
    public Optional<Losses> run(List<int[]> sequences, Targets targets, ActivationListener listener)
            throws IOException, InterruptedException {
        return run(sequences, Optional.of(targets), listener);
    }

    private Optional<Losses> run(List<int[]> sequences, Optional<Targets> targets, ActivationListener listener)
            throws IOException, InterruptedException {
        check(sequences);
        JniUtils.setNumThreads(settings.threads());
        List<Batch> batches = Batch.of(sequences, transformer.sizes().width(), settings.batchTokens(), memory);
        try {
            embed(batches, listener);
            layers(batches, listener);
            return finish(batches, targets, listener);
        } finally {
            batches.forEach(Batch::close);
        }
    }

    private void check(List<int[]> sequences) {
        if (sequences.isEmpty()) {
            throw new IllegalArgumentException("no sequences");
        }
        for (int[] sequence : sequences) {
            if (sequence.length == 0 || sequence.length > longest().orElse(Integer.MAX_VALUE)) {
                throw new IllegalArgumentException("a sequence of " + sequence.length + " tokens");
            }
            for (int id : sequence) {
                if (id < 0 || id >= vocabulary()) {
                    throw new IllegalArgumentException("token " + id + " of " + vocabulary());
                }
            }
        }
    }

    private void embed(List<Batch> batches, ActivationListener listener) throws IOException, InterruptedException {
        try (Recorder recorder = new Recorder(memory, listener, -1)) {
            for (Batch batch : batches) {
                embedding.run(batch, device, memory);
                recorder.add(Input.of(Site.HIDDEN), batch.hidden().block());
            }
            recorder.deliver();
        }
    }

    private void layers(List<Batch> batches, ActivationListener listener) throws IOException, InterruptedException {
        ScoreBias bias = bias();
        int count = transformer.sizes().layers();
        long tokens = batches.stream().mapToLong(Batch::tokens).sum();
        try (LayersAhead ahead = new LayersAhead(loader)) {
            ahead.read(0);
            long done = 0;
            for (int layer = 0; layer < count; layer++) {
                try (Parts.Layer parts = ahead.taken();
                        Recorder recorder = new Recorder(memory, listener, layer)) {
                    if (layer + 1 < count) {
                        ahead.read(layer + 1);
                    } else {
                        ahead.nothingMore();
                    }
                    LayerPass pass = new LayerPass(transformer, parts, bias, layer);
                    for (Batch batch : batches) {
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                        pass.run(batch, device, memory, recorder);
                        recorder.add(Input.of(Site.HIDDEN), batch.hidden().block());
                        done += batch.tokens();
                        listener.progress(done, tokens * count);
                    }
                    recorder.deliver();
                }
            }
        }
    }

    private ScoreBias bias() throws IOException {
        PositionScheme positions = transformer.layer().attention().positions();
        int heads = transformer.sizes().heads();
        float[] table = new float[0];
        if (positions instanceof PositionScheme.RelativeBias relative) {
            List<FloatStore> stores = new ArrayList<>();
            try {
                FloatStore stored = loader.table(names.get(relative.table()), stores);
                if (stored.rows != relative.buckets() || stored.cols != heads) {
                    throw names.missing(relative.table() + " of " + relative.buckets() + " x " + heads);
                }
                table = new float[stored.rows * stored.cols];
                stored.floats().get(table);
            } finally {
                stores.forEach(FloatStore::close);
            }
        }
        return new ScoreBias(
                transformer.layer().attention().scores(), positions, heads, AttentionPass.scale(transformer), table);
    }

    private Optional<Losses> finish(List<Batch> batches, Optional<Targets> targets, ActivationListener listener)
            throws IOException, InterruptedException {
        List<FloatStore> stores = new ArrayList<>();
        List<FloatStore> states = new ArrayList<>();
        try (Recorder recorder =
                new Recorder(memory, listener, transformer.sizes().layers())) {
            Transformer.Last last = transformer.last();
            Parts.@Nullable Norm norm = last.norm().isPresent()
                    ? loader.norm(last.norm().get().module(), last.norm().get().kind(), stores)
                    : null;
            Optional<String> project =
                    last.projection().filter(module -> names.find(module).isPresent());
            // A projection leads back to the width of the token table.
            int width = Math.toIntExact(embedding.table().shape().get(1));
            Parts.@Nullable Linear projection = project.isPresent()
                    ? loader.plain(project.get(), width, transformer.sizes().width(), stores)
                    : null;
            for (Batch batch : batches) {
                FloatStore state =
                        FloatStore.allocate(memory, batch.tokens(), projection == null ? batch.hidden().cols : width);
                states.add(state);
                try (NDManager scope = memory.newSubManager()) {
                    NDArray x = batch.hidden().copyOn(device, scope);
                    x = norm == null ? x : Operations.norm(x, norm);
                    x = projection == null ? x : Operations.linear(x, projection);
                    state.put(x, 0);
                }
                recorder.add(Input.of(Site.FINAL), state.block());
            }
            recorder.deliver();
            if (targets.isEmpty()) {
                return Optional.empty();
            }
            Optional<HeadPass> head = HeadPass.of(transformer, names, embedding.table(), memory, device, stores);
            return head.isPresent() ? Optional.of(head.get().losses(batches, states, targets.get())) : Optional.empty();
        } finally {
            stores.forEach(FloatStore::close);
            states.forEach(FloatStore::close);
        }
    }

    @Override
    public void close() {
        embedding.close();
        memory.close();
    }
}
