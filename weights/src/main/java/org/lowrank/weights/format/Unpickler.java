package org.lowrank.weights.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Reads the pickles PyTorch writes. It can build numbers, text, lists, tuples, dictionaries, tensors and, for TorchScript,
 * bags of attributes; every other global is refused by name, and nothing is ever called or loaded. The opcodes are those of
 * torch/_weights_only_unpickler.py and the few that protocol 4 adds.
 */
final class Unpickler {
    private static final int LARGEST_ITEMS = 5_000_000;
    private static final int LARGEST_STACK_DEPTH = 10_000;
    /** An entry of a copied dictionary takes more room than an opcode's item. */
    private static final int COPY_WEIGHT = 8;

    private final PickleArguments in;
    private final TorchGlobals globals;
    private final List<@Nullable Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();
    private final Map<Integer, @Nullable Object> memo = new HashMap<>();
    private long items;

    /**
     * Reads from the wire's position.
     *
     * @param attributeBags whether {@code __torch__.} classes of TorchScript become dictionaries of their attributes
     */
    Unpickler(Wire in, String file, boolean attributeBags) {
        this.in = new PickleArguments(in, file);
        this.globals = new TorchGlobals(this.in, attributeBags);
    }

    /** The pickled object. Afterwards the wire stands behind the STOP opcode. */
    @Nullable
    Object load() throws IOException {
        while (true) {
            int opcode = in.octet();
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
            count(1);
            if (marks.size() > LARGEST_STACK_DEPTH) {
                throw in.bad("more than " + LARGEST_STACK_DEPTH + " open marks");
            }
        }
    }

    /** All storages named so far, by key. */
    Map<String, TorchGlobals.Storage> storages() {
        return globals.storages();
    }

    /** Copies count like the steps that built the original, or a short pickle could ask for endless memory. */
    private void count(long more) throws MalformedWeightsException {
        items += more;
        if (items > LARGEST_ITEMS) {
            throw in.bad("more than " + LARGEST_ITEMS + " items");
        }
    }

    private void step(int opcode) throws IOException {
        switch (opcode) {
            case 0x80 -> protocol(in.octet());
            case 0x95 -> in.skip64(); // FRAME
            case '(' -> marks.add(stack.size());
            case '0' -> pop();
            case 'N' -> push(null);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'J' -> push((long) in.int32());
            case 'K' -> push((long) (in.octet()));
            case 'M' -> push((long) in.int16());
            case 0x8a -> push(in.integer());
            case 'G' -> push(in.bigEndianDouble());
            case 'X' -> push(in.utf8(in.length32()));
            case 0x8c -> push(in.utf8(in.octet()));
            case 'U' -> push(in.latin1(in.octet()));
            case 'T' -> push(in.latin1(in.length32()));
            case 'C' -> push(in.latin1(in.octet()));
            case 'B' -> push(in.latin1(in.length32()));
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
            case 'q' -> memo.put(in.octet(), top());
            case 'r' -> memo.put(in.int32(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(remembered(in.octet()));
            case 'j' -> push(remembered(in.int32()));
            case 'c' -> push(globals.global(in.line(), in.line()));
            case 0x93 -> stackGlobal();
            case 'R', 0x81 -> reduce();
            case 'b' -> build();
            case 'Q' -> push(globals.storage(pop()));
            default ->
                throw in.bad("opcode 0x" + Integer.toHexString(opcode) + ", which no checkpoint of tensors needs");
        }
    }

    private void protocol(int version) throws MalformedWeightsException {
        if (version > 5) {
            throw in.bad("pickle protocol " + version);
        }
    }

    private void stackGlobal() throws MalformedWeightsException {
        Object name = pop();
        Object module = pop();
        if (!(module instanceof String from) || !(name instanceof String what)) {
            throw in.bad("a global whose name is no text");
        }
        push(globals.global(from, what));
    }

    private void reduce() throws MalformedWeightsException {
        Object arguments = pop();
        Object function = pop();
        if (!(function instanceof TorchGlobals.Global global) || !(arguments instanceof List<?> list)) {
            throw in.bad("a call of something that is no name");
        }
        count((long) COPY_WEIGHT * (list.size() + (list.isEmpty() ? 0 : sizeOf(list.get(0)))));
        push(globals.call(global.name(), list));
    }

    private static int sizeOf(@Nullable Object argument) {
        return argument instanceof List<?> list ? list.size() : argument instanceof Map<?, ?> map ? map.size() : 0;
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
            count((long) COPY_WEIGHT * attributes.size());
            map.putAll(attributes);
        } else if (target instanceof TorchGlobals.Opaque opaque) {
            opaque.parts().add(state);
        }
    }

    private void append(List<@Nullable Object> values) throws MalformedWeightsException {
        if (top() instanceof TorchGlobals.Opaque opaque) {
            opaque.parts().addAll(values);
            return;
        }
        if (!(top() instanceof ArrayList<?>)) {
            throw in.bad("an append to something that is no list");
        }
        @SuppressWarnings("unchecked")
        List<@Nullable Object> list = (List<@Nullable Object>) top();
        list.addAll(values);
    }

    private void setItems(List<?> keysAndValues) throws MalformedWeightsException {
        if (top() instanceof TorchGlobals.Opaque opaque) {
            opaque.parts().addAll(keysAndValues);
            return;
        }
        if (!(top() instanceof LinkedHashMap<?, ?>) || keysAndValues.size() % 2 != 0) {
            throw in.bad("an item set on something that is no dictionary");
        }
        @SuppressWarnings("unchecked")
        Map<Object, @Nullable Object> map = (Map<Object, @Nullable Object>) top();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            map.put(TorchGlobals.plainKey(key, map.size()), keysAndValues.get(i + 1));
        }
    }

    private @Nullable Object remembered(int index) throws MalformedWeightsException {
        if (!memo.containsKey(index)) {
            throw in.bad("memo entry " + index + " that was never written");
        }
        return memo.get(index);
    }

    private List<@Nullable Object> tuple(int size) throws MalformedWeightsException {
        if (stack.size() < size) {
            throw in.bad("an empty stack");
        }
        List<@Nullable Object> top = stack.subList(stack.size() - size, stack.size());
        List<@Nullable Object> tuple = new ArrayList<>(top);
        top.clear();
        return java.util.Collections.unmodifiableList(tuple);
    }

    private List<@Nullable Object> popMark() throws MalformedWeightsException {
        if (marks.isEmpty()) {
            throw in.bad("a missing mark");
        }
        int mark = marks.remove(marks.size() - 1);
        if (mark > stack.size()) {
            throw in.bad("an empty stack");
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
            throw in.bad("an empty stack");
        }
        return stack.remove(stack.size() - 1);
    }

    private @Nullable Object top() throws MalformedWeightsException {
        if (stack.isEmpty()) {
            throw in.bad("an empty stack");
        }
        return stack.get(stack.size() - 1);
    }
}
