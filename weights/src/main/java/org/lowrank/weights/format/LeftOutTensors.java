package org.lowrank.weights.format;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.LeftOut;

/** What a pickle holds besides the tensors that are read: further dictionaries of tensors, and objects that are not made. */
final class LeftOutTensors {
    private static final int MOST = 1 << 18;
    private static final int LONGEST_NAME = 300;
    private static final int SHOWN = 5;

    private final String file;
    private final OpenFiles opened;
    private final Map<String, Integer> tensors = new TreeMap<>();
    private final Map<String, Integer> objects = new TreeMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private String read = "";
    private int count;

    LeftOutTensors(String file, OpenFiles opened) {
        this.file = file;
        this.opened = opened;
    }

    private record Named(String name, @Nullable Object value) {}

    /** A value beside the dictionary that is read. */
    void addBeside(String key, @Nullable Object value, String wrapper) {
        read = wrapper;
        add(new Named(key, value), key, "in '" + key + "' of the checkpoint, beside '" + wrapper + "', which was read");
    }

    /** An object among the tensors that are read. */
    void addOpaque(String name, TorchGlobals.Opaque object) {
        add(new Named(name, object), name, "inside an object of " + object.of() + ", which is not made");
    }

    private void add(Named first, String group, String reason) {
        Deque<Named> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            Named next = open.removeFirst();
            if (next.value instanceof TorchGlobals.TensorView view) {
                leaveOut(next.name, view, group, reason);
            } else if (next.value != null && seen.add(next.value)) {
                addChildren(next, open);
            }
        }
    }

    private void addChildren(Named parent, Deque<Named> open) {
        if (parent.value instanceof TorchGlobals.Opaque opaque) {
            objects.merge(opaque.of(), 1, Integer::sum);
            opaque.parts().forEach(part -> open.addLast(new Named(parent.name, part)));
        } else if (parent.value instanceof Map<?, ?> map) {
            map.forEach((key, value) -> open.addLast(new Named(shortened(parent.name + "." + key), value)));
        } else if (parent.value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                open.addLast(new Named(shortened(parent.name + "." + i), list.get(i)));
            }
        }
    }

    private static String shortened(String name) {
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }

    private void leaveOut(String name, TorchGlobals.TensorView view, String group, String reason) {
        tensors.merge(group, 1, Integer::sum);
        if (count++ < MOST) {
            DType stored = TorchTypes.ofStorage(view.storage().type());
            DType dtype = view.dtype() == null ? stored : TorchTypes.ofDtype(view.dtype());
            opened.leaveOut(new LeftOut(name, dtype == null ? DType.OTHER : dtype, view.shape(), reason));
        }
    }

    /** One warning for each dictionary, and one for all objects. */
    void say() {
        tensors.forEach((group, number) -> opened.warn(number + (number == 1 ? " tensor" : " tensors") + " of '" + group
                + "' in " + file + (number == 1 ? " was" : " were") + " left out"
                + (read.isEmpty() ? "" : ": '" + read + "' was read")));
        if (!objects.isEmpty()) {
            String shown = objects.entrySet().stream()
                    .limit(SHOWN)
                    .map(object -> object.getKey() + (object.getValue() > 1 ? " (" + object.getValue() + ")" : ""))
                    .collect(Collectors.joining(", "));
            opened.warn(file + " holds objects beside its tensors, which were not made: " + shown
                    + (objects.size() > SHOWN ? ", …" : ""));
        }
    }
}
