package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.source.MalformedWeightsException;

/**
 * Reads the pickles PyTorch writes. It can build numbers, text, lists, tuples, dictionaries, tensors and, for TorchScript,
 * bags of attributes; every other global is refused by name, and nothing is ever called or loaded. The opcodes are those of
 * torch/_weights_only_unpickler.py and the few that protocol 4 adds.
 */
final class Unpickler {
    private static final int LARGEST_ITEMS = 10_000_000;
    private static final int LARGEST_STACK_DEPTH = 10_000;
    private static final long LARGEST_TEXT = 64 << 20;
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

    private final Wire in;
    private final String file;
    private final boolean attributeBags;
    private final List<@Nullable Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, @Nullable Object> memo = new HashMap<>();
    private final Map<String, Storage> storages = new HashMap<>();
    private long items;
    private long text;

    /**
     * Reads from the wire's position.
     *
     * @param attributeBags whether {@code __torch__.} classes of TorchScript become dictionaries of their attributes
     */
    Unpickler(Wire in, String file, boolean attributeBags) {
        this.in = in;
        this.file = file;
        this.attributeBags = attributeBags;
    }

    /** A name from the allow-list; only the tensor readers give it meaning. */
    record Global(String name) {}

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

    /** The pickled object. Afterwards the wire stands behind the STOP opcode. */
    @Nullable
    Object load() throws IOException {
        while (true) {
            int opcode = in.octets(1)[0] & 0xff;
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
            count(1);
            if (marks.size() > LARGEST_STACK_DEPTH) {
                throw bad("more than " + LARGEST_STACK_DEPTH + " open marks");
            }
        }
    }

    /** All storages named so far, by key. */
    Map<String, Storage> storages() {
        return storages;
    }

    /** Copies count like the steps that built the original, or a short pickle could ask for endless memory. */
    private void count(int more) throws MalformedWeightsException {
        items += more;
        if (items > LARGEST_ITEMS) {
            throw bad("more than " + LARGEST_ITEMS + " items");
        }
    }

    private void step(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> protocol(in.octets(1)[0] & 0xff);
            case 0x95 -> in.fixed64(); // FRAME
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.fixed32());
            case 'K' -> push((long) (in.octets(1)[0] & 0xff));
            case 'M' -> push((long) int16());
            case 0x8a -> push(longOf(in.octets(in.octets(1)[0] & 0xff)));
            case 'G' -> push(bigEndianDouble());
            case 'X' -> push(utf8(length32()));
            case 0x8c -> push(utf8(in.octets(1)[0] & 0xff));
            case 'U' -> push(latin1(in.octets(1)[0] & 0xff));
            case 'T' -> push(latin1(length32()));
            case 'C' -> push(latin1(in.octets(1)[0] & 0xff));
            case 'B' -> push(latin1(length32()));
            case ')' -> push(List.of());
            case 't' -> push(java.util.Collections.unmodifiableList(new ArrayList<>(popMark())));
            case 0x85 -> push(tuple(1));
            case 0x86 -> push(tuple(2));
            case 0x87 -> push(tuple(3));
            case ']' -> push(new ArrayList<@Nullable Object>());
            case 'a' -> append(tuple(1));
            case 'e' -> append(popMark());
            case '}' -> push(new LinkedHashMap<Object, @Nullable Object>());
            case 0x8f -> push(new ArrayList<@Nullable Object>());
            case 0x90 -> append(popMark());
            case 's' -> setItems(tuple(2));
            case 'u' -> setItems(popMark());
            case 'q' -> memo.put(in.octets(1)[0] & 0xff, top());
            case 'r' -> memo.put(in.fixed32(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(remembered(in.octets(1)[0] & 0xff));
            case 'j' -> push(remembered(in.fixed32()));
            case 'c' -> push(global(line(), line()));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> reduce();
            case 'b' -> build();
            case 'Q' -> push(storage(pop()));
            default -> throw bad("opcode 0x" + Integer.toHexString(opcode) + ", which no checkpoint of tensors needs");
        }
    }

    private void protocol(int version) throws MalformedWeightsException {
        if (version > 5) {
            throw bad("pickle protocol " + version);
        }
    }

    private int int16() throws IOException {
        byte[] b = in.octets(2);
        return (b[0] & 0xff) | (b[1] & 0xff) << 8;
    }

    private int length32() throws IOException {
        int length = in.fixed32();
        if (length < 0 || length > in.remaining() || length > 1 << 26) {
            throw bad("a text of " + Integer.toUnsignedString(length) + " bytes");
        }
        return length;
    }

    private String utf8(int length) throws IOException {
        addText(length);
        return new String(in.octets(length), StandardCharsets.UTF_8);
    }

    private void addText(int length) throws MalformedWeightsException {
        text += length;
        if (text > LARGEST_TEXT) {
            throw bad("more than " + LARGEST_TEXT + " bytes of text");
        }
    }

    private String latin1(int length) throws IOException {
        addText(length);
        return new String(in.octets(length), StandardCharsets.ISO_8859_1);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.octets(1)[0]; c != '\n'; c = in.octets(1)[0]) {
            line.append((char) c);
            if (line.length() > 1000) {
                throw bad("a name of more than 1000 characters");
            }
        }
        addText(line.length());
        return line.toString();
    }

    private static Object longOf(byte[] littleEndian) {
        if (littleEndian.length == 0) {
            return 0L;
        }
        byte[] big = new byte[littleEndian.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = littleEndian[big.length - 1 - i];
        }
        BigInteger value = new BigInteger(big);
        return value.bitLength() < 64 ? (Object) value.longValue() : value;
    }

    private double bigEndianDouble() throws IOException {
        return Double.longBitsToDouble(Long.reverseBytes(in.fixed64()));
    }

    private Global global(String module, String name) throws MalformedWeightsException {
        String full = module + "." + name;
        boolean storageType = module.equals("torch") && name.endsWith("Storage");
        boolean dtype = module.equals("torch") && TorchTypes.ofDtype(full) != null;
        boolean untyped = full.equals("torch.storage.UntypedStorage") || full.equals("torch.storage.TypedStorage");
        boolean bag = attributeBags && module.startsWith("__torch__");
        if (ALLOWED.contains(full) || storageType || untyped || dtype || bag) {
            return new Global(full);
        }
        String known = REFUSED.get(full);
        if (known != null) {
            throw bad(known + " (" + full + "), which is not a matrix of weights");
        }
        throw new MalformedWeightsException("refused pickle: " + file + ": it asks for " + full.strip()
                + ", which loading weights does not need and could run code; save the state_dict or use safetensors");
    }

    private void stackGlobal() throws MalformedWeightsException {
        Object name = pop();
        Object module = pop();
        if (!(module instanceof String from) || !(name instanceof String what)) {
            throw bad("a global whose name is no text");
        }
        push(global(from, what));
    }

    private void reduce() throws MalformedWeightsException {
        Object arguments = pop();
        Object function = pop();
        if (!(function instanceof Global global) || !(arguments instanceof List<?> list)) {
            throw bad("a call of something that is no name");
        }
        push(call(global.name(), list));
    }

    private @Nullable Object call(String name, List<?> arguments) throws MalformedWeightsException {
        return switch (name) {
            case "collections.OrderedDict", "collections.Counter", "collections.defaultdict", "builtins.dict" ->
                new LinkedHashMap<Object, @Nullable Object>();
            case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2" -> tensor(arguments, null);
            case "torch._utils._rebuild_tensor_v3" ->
                tensor(arguments, argument(arguments, 6) instanceof Global dtype ? dtype.name() : null);
            case "torch._utils._rebuild_parameter",
                    "torch._utils._rebuild_parameter_with_state",
                    "torch.nn.parameter.Parameter" -> argument(arguments, 0);
            case "torch._tensor._rebuild_from_type_v2", "torch.tensor._rebuild_from_type_v2" ->
                rebuiltFromType(arguments);
            case "torch.jit._pickle.restore_type_tag",
                    "torch.jit._pickle.build_intlist",
                    "torch.jit._pickle.build_doublelist",
                    "torch.jit._pickle.build_boollist",
                    "torch.jit._pickle.build_tensorlist" -> argument(arguments, 0);
            case "torch.Size" -> argument(arguments, 0);
            default -> {
                count(arguments.size());
                yield name.startsWith("__torch__")
                        ? new LinkedHashMap<Object, @Nullable Object>()
                        : new ArrayList<@Nullable Object>(arguments);
            }
        };
    }

    private @Nullable Object rebuiltFromType(List<?> arguments) throws MalformedWeightsException {
        Object function = argument(arguments, 0);
        Object inner = argument(arguments, 2);
        if (function instanceof Global global && inner instanceof List<?> list) {
            return call(global.name(), list);
        }
        throw bad("a tensor subclass in an unknown form");
    }

    private static @Nullable Object argument(List<?> arguments, int index) {
        return index < arguments.size() ? arguments.get(index) : null;
    }

    private TensorView tensor(List<?> arguments, @Nullable String dtype) throws MalformedWeightsException {
        Object storage = argument(arguments, 0);
        Object offset = argument(arguments, 1);
        if (!(storage instanceof Storage stored) || !(offset instanceof Long at)) {
            throw bad("a tensor without a storage");
        }
        List<Long> shape = longs(argument(arguments, 2));
        return new TensorView(stored, at, shape, longs(argument(arguments, 3)), dtype);
    }

    private List<Long> longs(@Nullable Object values) throws MalformedWeightsException {
        List<Long> longs = new ArrayList<>();
        if (values instanceof List<?> list && list.size() <= MOST_DIMENSIONS) {
            for (Object value : list) {
                if (!(value instanceof Long number)) {
                    throw bad("a shape or stride that is no number");
                }
                longs.add(number);
            }
            return longs;
        }
        throw bad("a shape or stride that is no tuple of up to " + MOST_DIMENSIONS + " numbers");
    }

    private Storage storage(@Nullable Object id) throws MalformedWeightsException {
        if (!(id instanceof List<?> tuple) || tuple.size() < 5 || !"storage".equals(tuple.get(0))) {
            throw bad("a persistent id that is no storage");
        }
        if (!(tuple.get(1) instanceof Global type)
                || !(tuple.get(2) instanceof String key)
                || !(tuple.get(4) instanceof Long elements)
                || elements < 0) {
            throw bad("a storage without type, key or size");
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
        throw bad("a view of storage " + root.key + " that leaves it");
    }

    private void build() throws MalformedWeightsException {
        Object state = pop();
        Object target = top();
        // An OrderedDict's BUILD carries {"_metadata": …}, which says nothing about weights.
        if (target instanceof Map<?, ?>
                && state instanceof Map<?, ?> attributes
                && !attributes.containsKey("_metadata")) {
            @SuppressWarnings("unchecked")
            Map<Object, @Nullable Object> map = (Map<Object, @Nullable Object>) target;
            count(attributes.size());
            map.putAll(attributes);
        }
    }

    private void append(List<@Nullable Object> values) throws MalformedWeightsException {
        if (!(top() instanceof ArrayList<?>)) {
            throw bad("an append to something that is no list");
        }
        @SuppressWarnings("unchecked")
        List<@Nullable Object> list = (List<@Nullable Object>) top();
        list.addAll(values);
    }

    private void setItems(List<?> keysAndValues) throws MalformedWeightsException {
        if (!(top() instanceof LinkedHashMap<?, ?>) || keysAndValues.size() % 2 != 0) {
            throw bad("an item set on something that is no dictionary");
        }
        @SuppressWarnings("unchecked")
        Map<Object, @Nullable Object> map = (Map<Object, @Nullable Object>) top();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // Keys of weights are text or numbers; anything else could hold itself and never end hashing.
            boolean plain = key instanceof String || key instanceof Long;
            map.put(plain && key != null ? key : "key " + map.size(), keysAndValues.get(i + 1));
        }
    }

    private @Nullable Object remembered(int index) throws MalformedWeightsException {
        if (!memo.containsKey(index)) {
            throw bad("memo entry " + index + " that was never written");
        }
        return memo.get(index);
    }

    private List<@Nullable Object> tuple(int size) throws MalformedWeightsException {
        if (stack.size() < size) {
            throw bad("an empty stack");
        }
        List<@Nullable Object> top = stack.subList(stack.size() - size, stack.size());
        List<@Nullable Object> tuple = new ArrayList<>(top);
        top.clear();
        return java.util.Collections.unmodifiableList(tuple);
    }

    private List<@Nullable Object> popMark() throws MalformedWeightsException {
        if (marks.isEmpty()) {
            throw bad("a missing mark");
        }
        int mark = marks.remove(marks.size() - 1);
        if (mark > stack.size()) {
            throw bad("an empty stack");
        }
        List<@Nullable Object> top = stack.subList(mark, stack.size());
        List<@Nullable Object> popped = new ArrayList<>(top);
        top.clear();
        return popped;
    }

    private void push(@Nullable Object value) {
        stack.add(value);
    }

    private @Nullable Object pop() throws MalformedWeightsException {
        if (stack.isEmpty()) {
            throw bad("an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private @Nullable Object top() throws MalformedWeightsException {
        if (stack.isEmpty()) {
            throw bad("an empty stack");
        }
        return stack.get(stack.size() - 1);
    }

    private MalformedWeightsException bad(String why) {
        return new MalformedWeightsException("bad PyTorch file: " + file + ": its pickle holds " + why + " (byte "
                + in.position() + ")" + (why.contains(";") ? "" : "; save or download it again"));
    }
}
