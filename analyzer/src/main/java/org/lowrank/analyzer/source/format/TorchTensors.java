package org.lowrank.analyzer.source.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.analyzer.tensor.Tensor;

/** From an unpickled object to named tensors: wrappers opened, views checked against their storages. */
final class TorchTensors {
    private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model", "module", "net");

    private TorchTensors() {}

    /** Where the bytes of a storage lie. */
    interface Storages {
        Place place(Unpickler.Storage storage) throws MalformedWeightsException;
    }

    /** A storage's bytes. */
    record Place(ByteSource source, long offset, long length, boolean bigEndian) {}

    /** All tensors, named by their path through nested dictionaries; known wrappers leave no trace in names. */
    static List<Tensor> of(@Nullable Object root, String file, Storages storages) throws MalformedWeightsException {
        Map<?, ?> start = unwrap(root, file);
        List<Tensor> tensors = new ArrayList<>();
        Deque<Map.Entry<String, Map<?, ?>>> open = new ArrayDeque<>();
        Set<Integer> seen = new HashSet<>();
        open.add(Map.entry("", start));
        while (!open.isEmpty()) {
            Map.Entry<String, Map<?, ?>> next = open.removeFirst();
            if (!seen.add(System.identityHashCode(next.getValue()))) {
                continue; // the same object again (or a cycle)
            }
            for (Map.Entry<?, ?> entry : next.getValue().entrySet()) {
                String name = next.getKey() + entry.getKey();
                if (entry.getValue() instanceof Unpickler.TensorView view) {
                    tensors.add(tensor(name, view, file, storages));
                } else if (entry.getValue() instanceof Map<?, ?> nested) {
                    open.addLast(Map.entry(name + ".", nested));
                }
            }
        }
        if (tensors.isEmpty()) {
            throw new MalformedWeightsException("no tensors: " + file
                    + ": the pickle holds no dictionary of tensors; save model.state_dict() and not something else");
        }
        return tensors;
    }

    private static Map<?, ?> unwrap(@Nullable Object root, String file) throws MalformedWeightsException {
        if (!(root instanceof Map<?, ?> map)) {
            throw new MalformedWeightsException("no tensors: " + file
                    + ": the pickle holds no dictionary of tensors; save model.state_dict() and not the module itself");
        }
        boolean hasTensors = map.values().stream().anyMatch(v -> v instanceof Unpickler.TensorView);
        for (String wrapper : WRAPPERS) {
            if (!hasTensors && map.get(wrapper) instanceof Map<?, ?> inner && holdsTensors(inner)) {
                return inner;
            }
        }
        return map;
    }

    private static boolean holdsTensors(Map<?, ?> map) {
        return map.values().stream().anyMatch(v -> v instanceof Unpickler.TensorView);
    }

    private static Tensor tensor(String name, Unpickler.TensorView view, String file, Storages storages)
            throws MalformedWeightsException {
        DType storageType = TorchTypes.ofStorage(view.storage().type());
        DType dtype = view.dtype() == null ? storageType : TorchTypes.ofDtype(view.dtype());
        if (dtype == null || storageType == null) {
            throw bad(file, name, "its storage is a " + view.storage().type());
        }
        Place place = storages.place(view.storage());
        int bytes = ElementDecoder.bits(dtype) / 8;
        // An untyped storage counts bytes, a typed one elements.
        long elements =
                view.dtype() != null ? place.length() / bytes : view.storage().elements();
        if (Math.multiplyHigh(elements, (long) bytes) != 0 || elements * bytes > place.length()) {
            throw bad(
                    file, name, "its storage claims " + elements + " elements but holds " + place.length() + " bytes");
        }
        checkView(view, elements, file, name);
        List<Long> shape = List.copyOf(view.shape());
        boolean contiguous = isContiguous(view);
        long last = last(view);
        long length = (last + 1) * bytes;
        return new StoredTensor(
                name,
                dtype,
                shape,
                place.source(),
                place.offset() + view.offset() * bytes,
                length,
                Tensor.Orientation.UNKNOWN,
                contiguous ? null : List.copyOf(view.strides()),
                ElementDecoder.of(dtype),
                place.bigEndian());
    }

    private static void checkView(Unpickler.TensorView view, long elements, String file, String name)
            throws MalformedWeightsException {
        boolean fits =
                view.offset() >= 0 && view.shape().size() == view.strides().size();
        for (long size : view.shape()) {
            fits &= size >= 0;
        }
        for (long stride : view.strides()) {
            fits &= stride >= 0;
        }
        try {
            fits = fits && Math.addExact(view.offset(), last(view)) < Math.max(1, elements);
            fits &= view.shape().stream().reduce(1L, Math::multiplyExact) >= 0;
        } catch (ArithmeticException e) {
            fits = false;
        }
        boolean empty = view.shape().contains(0L);
        if (!fits && !(empty && view.offset() >= 0)) {
            throw bad(
                    file,
                    name,
                    "shape " + view.shape() + " with strides " + view.strides() + " at offset " + view.offset()
                            + " leaves its storage of " + elements + " elements");
        }
    }

    /** Index of the last element reached from the first; −1 for an empty tensor. */
    private static long last(Unpickler.TensorView view) {
        long last = 0;
        for (int d = 0; d < view.shape().size(); d++) {
            if (view.shape().get(d) == 0) {
                return -1;
            }
            last = Math.addExact(
                    last,
                    Math.multiplyExact(view.shape().get(d) - 1, view.strides().get(d)));
        }
        return last;
    }

    private static boolean isContiguous(Unpickler.TensorView view) {
        long expected = 1;
        for (int d = view.shape().size() - 1; d >= 0; d--) {
            if (view.shape().get(d) != 1 && view.strides().get(d) != expected) {
                return false;
            }
            expected *= Math.max(1, view.shape().get(d));
        }
        return true;
    }

    private static MalformedWeightsException bad(String file, String name, String why) {
        return new MalformedWeightsException(
                "bad PyTorch file: " + file + ": tensor " + name + ": " + why + "; save or download it again");
    }
}
