package org.lowrank.inference.engine;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.description.QkvSplit;
import org.lowrank.inference.description.Transformer;
import org.lowrank.inference.description.Transformer.Attention;
import org.lowrank.inference.description.Transformer.Experts;
import org.lowrank.inference.description.Transformer.FeedForward;
import org.lowrank.inference.description.Transformer.NormKind;
import org.lowrank.inference.description.Transformer.Place;
import org.lowrank.inference.description.Transformer.Sizes;
import org.lowrank.inference.engine.MatrixLoader.Source;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** Reads a layer's weights into memory as the engine wants them: float32, [out, in], Q, K and V below one another. */
final class WeightLoader {
    private final Transformer transformer;
    private final TensorNames names;
    private final NDManager memory;
    private final boolean randomised;
    private final MatrixLoader matrices;

    WeightLoader(Transformer transformer, TensorNames names, NDManager memory) {
        this(transformer, names, memory, false);
    }

    /**
     * A loader.
     *
     * @param randomised whether matrices are replaced by Gaussian numbers
     */
    WeightLoader(Transformer transformer, TensorNames names, NDManager memory, boolean randomised) {
        this.randomised = randomised;
        this.transformer = transformer;
        this.names = names;
        this.memory = memory;
        matrices = new MatrixLoader(names, memory, transformer.layer().inOut(), randomised);
    }

    /** A layer; closed by the caller. */
    Parts.Layer load(int layer) throws IOException {
        Parts.Layer parts = new Parts.Layer();
        try {
            String path = transformer.layer().path(layer, transformer.sizes().layers()) + ".";
            Transformer.Layer form = transformer.layer();
            for (Map.Entry<Place, Transformer.Norm> entry : form.norms().entrySet()) {
                if (form.has(entry.getKey(), layer)) {
                    Transformer.Norm norm = entry.getValue();
                    parts.norms.put(entry.getKey(), norm(path + norm.module(), norm.kind(), parts.stores));
                }
            }
            attention(path, form.attention(), parts);
            if (form.experts().isPresent() && form.experts().get().sparse().holds(layer)) {
                parts.experts = experts(path, form.experts().get(), parts.stores);
            } else {
                parts.feedForward = feedForward(path, form.feedForward(), parts.stores);
            }
            return parts;
        } catch (IOException | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    private void attention(String path, Attention attention, Parts.Layer parts) throws IOException {
        Sizes sizes = transformer.sizes();
        int q = sizes.heads() * sizes.headSize();
        int kv = sizes.keyValueHeads() * sizes.headSize();
        List<Source> sources = new ArrayList<>();
        boolean fused = attention.projections().fused().isPresent()
                && (attention.projections().q().isEmpty()
                        || names.find(path + attention.projections().q().get()).isEmpty());
        if (fused) {
            List<QkvSplit.Rows> order =
                    attention.projections().split().order(sizes.heads(), sizes.keyValueHeads(), sizes.headSize());
            sources.add(new Source(path + attention.projections().fused().get(), q + 2 * kv, order));
        } else {
            sources.add(Source.whole(path + attention.projections().q().orElseThrow(), q));
            sources.add(Source.whole(path + attention.projections().k().orElseThrow(), kv));
            sources.add(Source.whole(path + attention.projections().v().orElseThrow(), kv));
        }
        parts.qkv = matrices.linear(sources, sizes.width(), parts.stores);
        parts.o = matrices.linear(
                List.of(Source.whole(path + attention.projections().o(), sizes.width())), q, parts.stores);
        if (attention.headNorms().isPresent()) {
            Transformer.HeadNorms norms = attention.headNorms().get();
            parts.qNorm = headNorm(path + norms.q(), norms.kind(), sizes.heads(), parts.stores);
            parts.kNorm = headNorm(path + norms.k(), norms.kind(), sizes.keyValueHeads(), parts.stores);
        }
    }

    private Parts.FeedForward feedForward(String path, FeedForward form, List<FloatStore> stores) throws IOException {
        Tensor down = names.get(path + form.down());
        int inner = Math.toIntExact(
                matrices.transposed(down) ? down.shape().get(0) : down.shape().get(1));
        List<Source> up = new ArrayList<>();
        if (form.gateUp().isPresent()) {
            up.add(Source.whole(path + form.gateUp().get(), 2 * inner));
        } else {
            form.gate().ifPresent(gate -> up.add(Source.whole(path + gate, inner)));
            up.add(Source.whole(path + form.up().orElseThrow(), inner));
        }
        int width = transformer.sizes().width();
        return new Parts.FeedForward(
                matrices.linear(up, width, stores),
                matrices.linear(List.of(Source.whole(path + form.down(), width)), inner, stores),
                form.gated(),
                form.activation());
    }

    private Parts.Experts experts(String path, Experts form, List<FloatStore> stores) throws IOException {
        int width = transformer.sizes().width();
        List<Parts.FeedForward> experts = new ArrayList<>();
        for (int expert = 0; expert < form.count(); expert++) {
            experts.add(feedForward(path, numbered(form.expert(), expert), stores));
        }
        return new Parts.Experts(
                matrices.linear(List.of(Source.whole(path + form.router(), form.count())), width, stores),
                experts,
                form.shared().isPresent() ? feedForward(path, form.shared().get(), stores) : null,
                form.sharedWeight().isPresent()
                        ? matrices.linear(
                                List.of(Source.whole(path + form.sharedWeight().get(), 1)), width, stores)
                        : null);
    }

    private static FeedForward numbered(FeedForward form, int expert) {
        String number = Integer.toString(expert);
        return new FeedForward(
                form.up().map(name -> name.replace("#", number)),
                form.gate().map(name -> name.replace("#", number)),
                form.gateUp().map(name -> name.replace("#", number)),
                form.down().replace("#", number),
                form.activation());
    }

    /** A matrix [out, in] with its bias where it has one. */
    Parts.Linear plain(String module, int rows, int cols, List<FloatStore> stores) throws IOException {
        return matrices.linear(List.of(Source.whole(module, rows)), cols, stores);
    }

    /** A table as it lies. */
    FloatStore table(Tensor tensor, List<FloatStore> stores) throws IOException {
        return vector(tensor, false, stores);
    }

    /** A norm of whatever width its weight has. */
    Parts.Norm norm(String module, NormKind kind, List<FloatStore> stores) throws IOException {
        if (!kind.affine()) {
            return new Parts.Norm(kind, null, null);
        }
        FloatStore weight = vector(names.get(module), kind.onePlus(), stores);
        Optional<Tensor> bias = names.find(module + ".bias");
        return new Parts.Norm(
                kind, weight, bias.isPresent() ? vector(bias.get(), false, stores) : zeros(weight, kind, stores));
    }

    private @Nullable FloatStore zeros(FloatStore weight, NormKind kind, List<FloatStore> stores) {
        if (kind.rms()) {
            return null;
        }
        FloatStore zeros = MatrixLoader.keep(FloatStore.allocate(memory, 1, weight.cols), stores);
        zeros.floats().put(new float[weight.cols]);
        return zeros;
    }

    private Parts.Norm headNorm(String module, NormKind kind, int heads, List<FloatStore> stores) throws IOException {
        if (!module.contains("#")) {
            return norm(module, kind, stores);
        }
        int size = transformer.sizes().headSize();
        FloatStore weight = MatrixLoader.keep(FloatStore.allocate(memory, heads, size), stores);
        for (int head = 0; head < heads; head++) {
            Tensor tensor = names.get(module.replace("#", Integer.toString(head)));
            MatrixLoader.check(tensor, List.of((long) size));
            try (Tensor.Values values = tensor.open()) {
                Widening.rows(values, 0, 1, size, weight.rows(head, 1));
            }
        }
        return new Parts.Norm(kind, weight, null);
    }

    private FloatStore vector(Tensor tensor, boolean onePlus, List<FloatStore> stores) throws IOException {
        List<Long> shape = tensor.shape();
        if (shape.isEmpty() || shape.size() > 2) {
            throw new MalformedWeightsException("wrong shape: " + tensor.file() + ": " + tensor.name() + " is " + shape
                    + " where the weights of a norm are a vector; check config.json");
        }
        long cols = shape.get(shape.size() - 1);
        long rows = shape.size() == 2 ? shape.get(0) : 1;
        FloatStore store = MatrixLoader.keep(FloatStore.allocate(memory, rows, cols), stores);
        try (Tensor.Values values = tensor.open()) {
            Widening.rows(values, 0, rows, cols, store.floats());
        }
        if (randomised && rows > 1) {
            GaussianFill.replace(store.floats(), tensor.name());
        }
        if (onePlus) {
            FloatBuffer numbers = store.floats();
            for (int i = 0; i < numbers.limit(); i++) {
                numbers.put(i, 1 + numbers.get(i));
            }
        }
        return store;
    }
}
