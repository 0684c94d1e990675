package org.lowrank.weights.format;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * What the names in a PyTorch pickle mean (torch/_utils.py): an allow-list by exact text. No class is looked up and nothing
 * is called; a name that stands for a tensor becomes its description.
 */
final class TorchGlobals {
    private static final int MOST_DIMENSIONS = 64;

    private static final Set<String> ALLOWED = Set.of(
            "collections.OrderedDict",
            "collections.Counter",
            "collections.defaultdict",
            "torch._utils._rebuild_tensor",
            "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_tensor_v3",
            "torch._utils._rebuild_parameter",
            "torch._utils._rebuild_parameter_with_state",
            "torch.Size",
            "torch.device",
            "torch.nn.parameter.Parameter",
            "torch._tensor._rebuild_from_type_v2",
            "torch.tensor._rebuild_from_type_v2",
            "torch.serialization._get_layout",
            "torch.Tensor",
            "torch.jit._pickle.build_intlist",
            "torch.jit._pickle.build_doublelist",
            "torch.jit._pickle.build_boollist",
            "torch.jit._pickle.build_tensorlist",
            "torch.jit._pickle.restore_type_tag",
            "torch.storage.UntypedStorage",
            "torch.storage.TypedStorage",
            "builtins.set",
            "__builtin__.set",
            "builtins.bytearray",
            "builtins.complex",
            "__builtin__.bytearray",
            "builtins.dict",
            "builtins.list",
            "_codecs.encode",
            "argparse.Namespace");

    private static final Map<String, String> REFUSED = Map.of(
            "torch._utils._rebuild_sparse_tensor", "a sparse tensor",
            "torch._utils._rebuild_sparse_csr_tensor", "a sparse tensor",
            "torch._utils._rebuild_qtensor", "a quantised tensor",
            "torch._utils._rebuild_meta_tensor_no_storage", "a tensor without data");

    private final PickleArguments in;
    private final boolean attributeBags;
    private final Map<String, Storage> storages = new HashMap<>();

    TorchGlobals(PickleArguments in, boolean attributeBags) {
        this.in = in;
        this.attributeBags = attributeBags;
    }

    /** A name from the allow-list, or an opaque one. */
    record Global(String name) {}

    /**
     * What calling an opaque name would give: never made, but the tensors in it are known to be there.
     *
     * @param of the name that would be called
     * @param parts its arguments and its state
     */
    record Opaque(String of, List<@Nullable Object> parts) {
        // Objects may hold themselves: they are what they are, not what is in them.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public String toString() {
            return of;
        }
    }

    /**
     * A persistent id: where a storage lies.
     *
     * @param elements of the storage called {@code key}
     * @param viewOffset elements before the part of it that is meant, 0 where all of it is
     * @param viewElements of that part
     */
    record Storage(String type, String key, long elements, long viewOffset, long viewElements) {}

    /** A tensor as written: a storage seen through offset, shape and strides, in elements. */
    record TensorView(
            Storage storage,
            long offset,
            List<Long> shape,
            List<Long> strides,
            @Nullable String dtype) {}

    /** All storages named so far, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    Global global(String module, String name) throws MalformedWeightsException {
        String full = module + "." + name;
        boolean torchType = module.equals("torch") && (name.endsWith("Storage") || TorchTypes.ofDtype(full) != null);
        boolean bag = attributeBags && module.startsWith("__torch__");
        if (ALLOWED.contains(full) || torchType || bag || PickleNames.isOpaque(module, name)) {
            return new Global(full);
        }
        String known = REFUSED.get(full);
        if (known != null) {
            throw in.bad(known + " (" + full + "), which is not a matrix of weights");
        }
        throw in.refused(full);
    }

    /** What calling the name with these arguments would give. */
    @Nullable
    Object call(String name, List<?> arguments) throws MalformedWeightsException {
        return switch (name) {
            case "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "builtins.dict" ->
                dictionary(arguments);
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(arguments, null);
            case "torch._utils._rebuild_tensor_v3" ->
                tensor(arguments, argument(arguments, 6) instanceof Global dtype ? dtype.name() : null);
            case "torch._utils._rebuild_parameter",
                    "torch._utils._rebuild_parameter_with_state",
                    "torch.nn.parameter.Parameter",
                    "torch.jit._pickle.restore_type_tag",
                    "torch.jit._pickle.build_intlist",
                    "torch.jit._pickle.build_doublelist",
                    "torch.jit._pickle.build_boollist",
                    "torch.jit._pickle.build_tensorlist",
                    "torch.Size" -> argument(arguments, 0);
            case "torch._tensor._rebuild_from_type_v2", "torch.tensor._rebuild_from_type_v2" ->
                rebuiltFromType(arguments);
            case "builtins.set",
                    "__builtin__.set",
                    "builtins.list",
                    "builtins.bytearray",
                    "__builtin__.bytearray",
                    "builtins.complex",
                    "_codecs.encode",
                    "torch.device",
                    "torch.serialization._get_layout" -> new ArrayList<@Nullable Object>(arguments);
            default ->
                name.startsWith("__torch__")
                        ? new LinkedHashMap<Object, @Nullable Object>()
                        : new Opaque(name, new ArrayList<@Nullable Object>(arguments));
        };
    }

    /** Python 2 gives an OrderedDict its pairs as an argument, and a Counter its counts. */
    private static Map<Object, @Nullable Object> dictionary(List<?> arguments) {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        for (Object argument : arguments) {
            if (argument instanceof Map<?, ?> counts) {
                counts.forEach((key, value) -> map.put(plainKey(key, map.size()), value));
            } else if (argument instanceof List<?> pairs) {
                for (Object pair : pairs) {
                    if (pair instanceof List<?> both && both.size() == 2) {
                        map.put(plainKey(both.get(0), map.size()), both.get(1));
                    }
                }
            }
        }
        return map;
    }

    /** Keys of weights are text or numbers; anything else could hold itself and never end hashing. */
    static Object plainKey(@Nullable Object key, int otherwise) {
        return key instanceof String || key instanceof Long ? key : "key " + otherwise;
    }

    private @Nullable Object rebuiltFromType(List<?> arguments) throws MalformedWeightsException {
        Object function = argument(arguments, 0);
        Object inner = argument(arguments, 2);
        boolean nested = function instanceof Global global && global.name().endsWith("_rebuild_from_type_v2");
        if (function instanceof Global global && inner instanceof List<?> list && !nested) {
            return call(global.name(), list);
        }
        throw in.bad("a tensor subclass in an unknown form");
    }

    private static @Nullable Object argument(List<?> arguments, int index) {
        return index < arguments.size() ? arguments.get(index) : null;
    }

    private TensorView tensor(List<?> arguments, @Nullable String dtype) throws MalformedWeightsException {
        Object storage = argument(arguments, 0);
        Object offset = argument(arguments, 1);
        if (!(storage instanceof Storage stored) || !(offset instanceof Long at)) {
            throw in.bad("a tensor without a storage");
        }
        List<Long> shape = longs(argument(arguments, 2));
        return new TensorView(stored, at, shape, longs(argument(arguments, 3)), dtype);
    }

    private List<Long> longs(@Nullable Object values) throws MalformedWeightsException {
        List<Long> longs = new ArrayList<>();
        if (values instanceof List<?> list && list.size() <= MOST_DIMENSIONS) {
            for (Object value : list) {
                if (!(value instanceof Long number)) {
                    throw in.bad("a shape or stride that is no number");
                }
                longs.add(number);
            }
            return longs;
        }
        throw in.bad("a shape or stride that is no tuple of up to " + MOST_DIMENSIONS + " numbers");
    }

    /** A persistent id: ("storage", type, key, location, elements), before 1.6 with a sixth item. */
    Storage storage(@Nullable Object id) throws MalformedWeightsException {
        if (!(id instanceof List<?> tuple) || tuple.size() < 5 || !"storage".equals(tuple.get(0))) {
            throw in.bad("a persistent id that is no storage");
        }
        if (!(tuple.get(1) instanceof Global type)
                || !(tuple.get(2) instanceof String key)
                || !(tuple.get(4) instanceof Long elements)
                || elements < 0) {
            throw in.bad("a storage without type, key or size");
        }
        Storage root = new Storage(type.name(), key, elements, 0, elements);
        storages.putIfAbsent(key, root);
        Object view = tuple.size() > 5 ? tuple.get(5) : null;
        return view == null ? root : view(root, view);
    }

    /** Before 0.4, a storage could be a part of another: (key of the part, offset, elements). */
    private Storage view(Storage root, Object view) throws MalformedWeightsException {
        if (view instanceof List<?> part
                && part.size() == 3
                && part.get(1) instanceof Long offset
                && part.get(2) instanceof Long elements
                && offset >= 0
                && elements >= 0
                && offset <= root.elements - elements) {
            return new Storage(root.type, root.key, root.elements, offset, elements);
        }
        throw in.bad("a view of storage " + root.key + " that leaves it");
    }
}
