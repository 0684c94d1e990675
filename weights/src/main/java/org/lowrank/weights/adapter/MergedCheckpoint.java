package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** A base model with an adapter merged into it: its tensors, those with an adapter computed when they are opened. */
public final class MergedCheckpoint {
    private static final int SHOWN = 3;

    private final Checkpoint base;
    private final Adapter adapter;
    private final Map<String, Tensor> byPath = new HashMap<>();

    private MergedCheckpoint(Checkpoint base, Adapter adapter) {
        this.base = base;
        this.adapter = adapter;
        base.tensors().forEach(tensor -> byPath.put(path(tensor.name()), tensor));
    }

    /**
     * Merges.
     *
     * @throws MalformedWeightsException if the adapter changes what the base does not have, or has another shape
     */
    public static List<Tensor> of(Checkpoint base, Adapter adapter) throws MalformedWeightsException {
        return new MergedCheckpoint(base, adapter).merged();
    }

    /**
     * The weight of the base that an adapter changes; empty where it has none.
     *
     * @param path of the adapter's target
     */
    public static Optional<Tensor> weight(Checkpoint base, String path) {
        return new MergedCheckpoint(base, new Adapter("", "", false, List.of(), List.of(), List.of(), List.of()))
                .find(path);
    }

    private static String path(String name) {
        return name.endsWith(".weight") ? name.substring(0, name.length() - ".weight".length()) : name;
    }

    /** Under its own name, without or with what a class around the model puts before it. */
    private Optional<Tensor> find(String target) {
        String path = path(target);
        Tensor found = byPath.get(path);
        int dot = path.indexOf('.');
        if (found == null && dot > 0) {
            found = byPath.get(path.substring(dot + 1));
        }
        for (String prefix : List.of("model.", "transformer.", "base_model.", "language_model.")) {
            found = found == null ? byPath.get(prefix + path) : found;
        }
        return Optional.ofNullable(found);
    }

    private List<Tensor> merged() throws MalformedWeightsException {
        Map<String, List<AdapterTarget>> byTarget = new TreeMap<>();
        adapter.targets()
                .forEach(target -> byTarget.computeIfAbsent(target.path(), path -> new ArrayList<>())
                        .add(target));
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        base.tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
        List<String> missing = new ArrayList<>();
        Set<String> here = new HashSet<>();
        for (Map.Entry<String, List<AdapterTarget>> entry : byTarget.entrySet()) {
            Optional<Tensor> weight = find(entry.getKey());
            if (weight.isEmpty()) {
                missing.add(entry.getKey());
            } else {
                here.add(component(entry.getKey()));
                tensors.put(weight.get().name(), merged(weight.get(), entry.getValue()));
            }
        }
        if (here.isEmpty() || missing.stream().anyMatch(path -> here.contains(component(path)))) {
            throw new MalformedWeightsException("adapter of another model: " + missing.size() + " of " + byTarget.size()
                    + " targets are not in the base: "
                    + String.join(", ", missing.subList(0, Math.min(SHOWN, missing.size())))
                    + (missing.size() > SHOWN ? ", …" : "")
                    + (adapter.base().isEmpty() ? "" : "; the adapter names " + adapter.base() + " as its base")
                    + "; give the base it was made for");
        }
        for (Adapter.Saved saved : adapter.saved()) {
            tensors.put(
                    saved.name(),
                    new RelabelledTensor(saved.name(), saved.tensor().shape(), saved.tensor()));
        }
        return tensors.values().stream()
                .sorted(Comparator.comparing(Tensor::name))
                .toList();
    }

    /** unet, text_encoder, transformer: a diffusion model's adapter may be for several, of which the base is one. */
    private static String component(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    private MergedTensor merged(Tensor weight, List<AdapterTarget> targets) throws MalformedWeightsException {
        List<AdapterTarget> ordered = targets.stream()
                .sorted(Comparator.comparingInt(AdapterTarget::expert))
                .toList();
        List<Long> shape = weight.shape();
        boolean experts = ordered.get(0).expert() >= 0;
        if (shape.size() < 2 || (experts && shape.get(0) != ordered.size())) {
            throw misfit(weight, ordered.get(0).product());
        }
        long rows = experts ? shape.get(1) : shape.get(0);
        long cols = 1;
        for (long size : shape.subList(experts ? 2 : 1, shape.size())) {
            cols = Math.multiplyExact(cols, size);
        }
        List<Product> products = new ArrayList<>();
        boolean inOut = false;
        for (AdapterTarget target : ordered) {
            Product laid = laid(target.product(), rows, cols, inOut(weight));
            if (laid == null) {
                throw misfit(weight, target.product());
            }
            inOut = !laid.equals(target.product());
            products.add(laid);
        }
        boolean columns = inOut;
        Tensor flat = shape.size() == (experts ? 3 : 2)
                ? weight
                : new RelabelledTensor(weight.name(), List.of(rows, cols), weight);
        return new MergedTensor(
                flat, products, ordered.get(0).magnitude().map(norms -> new MergedTensor.Magnitude(norms, columns)));
    }

    /** Whether the weight lies as [in, out], as far as it or the adapter tells; the shape tells where it is not square. */
    private boolean inOut(Tensor weight) {
        return weight.orientation() == Tensor.Orientation.UNKNOWN
                ? adapter.fanInFanOut()
                : weight.orientation() == Tensor.Orientation.IN_OUT;
    }

    /** The product as W lies, [out, in] or [in, out]; null where it has neither shape. */
    private static @Nullable Product laid(Product product, long rows, long cols, boolean inOut) {
        boolean asIs = product.rows() == rows && product.cols() == cols;
        boolean turned = product.rows() == cols && product.cols() == rows;
        if (asIs && !(turned && inOut)) {
            return product;
        }
        return turned ? product.turned() : null;
    }

    private static MalformedWeightsException misfit(Tensor weight, Product product) {
        return new MalformedWeightsException("adapter of another model: " + weight.name() + " in " + weight.file()
                + ": shape " + weight.shape() + ", but the adapter's product is " + product.rows() + " x "
                + product.cols() + "; give the base it was made for");
    }

    /**
     * The base with the adapter merged, as a checkpoint: tensors are computed when they are opened.
     *
     * @param factors the adapter's own checkpoint
     */
    public static Checkpoint of(Checkpoint base, Checkpoint factors, Adapter adapter) throws IOException {
        List<String> names = new ArrayList<>(base.files());
        factors.files().forEach(name -> names.add(MergedFiles.ofAdapter(name)));
        List<String> described = new ArrayList<>(base.described());
        factors.described().forEach(name -> described.add(MergedFiles.ofAdapter(name)));
        List<String> warnings = new ArrayList<>(base.warnings());
        warnings.addAll(factors.warnings());
        adapter.warnings().stream()
                .filter(warning -> !warning.startsWith("DoRA:"))
                .forEach(warnings::add);
        return new Checkpoint(
                base.config(),
                of(base, adapter),
                base.leftOut(),
                Optional.empty(),
                base.format() + " with " + adapter.title() + " merged in double",
                names,
                described,
                warnings);
    }
}
