package org.lowrank.weights.format;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Layout;
import org.lowrank.weights.tensor.ScalarEncoding;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/** From an unpickled object to named tensors: wrappers opened, views checked against their storages. */
final class TorchTensors {
    private static final int LONGEST_NAME = 1000;
    /** Far above any mask or table of positions that is saved expanded, below what costs time or memory. */
    private static final long LARGEST_REPETITION = 1 << 20;

    private static final int MOST_TENSORS = 1 << 18;

    private TorchTensors() {}

    /** Where the bytes of a storage lie. */
    interface Storages {
        Place place(TorchGlobals.Storage storage) throws MalformedWeightsException;
    }

    /** A storage's bytes. */
    record Place(ByteSource source, long offset, long length, boolean bigEndian) {}

    /**
     * All tensors, named by their path through nested dictionaries; known wrappers leave no trace in names. What lies beside
     * the wrapped dictionary, or inside objects that are not made, is left out and said.
     */
    static List<Tensor> of(@Nullable Object root, String file, Storages storages, OpenFiles opened)
            throws MalformedWeightsException {
        Unwrapped unwrapped = Unwrapped.of(root, file);
        LeftOutTensors leftOut = new LeftOutTensors(file, opened);
        List<Tensor> tensors = new ArrayList<>();
        Deque<Named> open = new ArrayDeque<>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        open.add(new Named("", unwrapped.model()));
        while (!open.isEmpty()) {
            Named next = open.removeFirst();
            if (next.value instanceof TorchGlobals.TensorView view) {
                if (tensors.size() == MOST_TENSORS) {
                    throw new MalformedWeightsException("bad PyTorch file: " + file + ": more than " + MOST_TENSORS
                            + " tensors; save model.state_dict()");
                }
                tensors.add(tensor(next.name, view, file, storages));
            } else if (next.value instanceof TorchGlobals.Opaque opaque) {
                leftOut.addOpaque(next.name, opaque);
            } else if (next.value != null && seen.add(next.value)) { // else the same object again, or a cycle
                children(next, file).forEach(open::addLast);
            }
        }
        if (tensors.isEmpty()) {
            throw new MalformedWeightsException("no tensors: " + file
                    + ": the pickle holds no dictionary of tensors; save model.state_dict() and not something else");
        }
        unwrapped.beside().forEach((key, value) -> leftOut.addBeside(key, value, unwrapped.wrapper()));
        leftOut.say();
        return tensors;
    }

    private record Named(String name, @Nullable Object value) {}

    private static List<Named> children(Named parent, String file) throws MalformedWeightsException {
        List<Named> children = new ArrayList<>();
        if (parent.value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                addChild(parent, String.valueOf(entry.getKey()), entry.getValue(), file, children);
            }
        } else if (parent.value instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                addChild(parent, String.valueOf(i), list.get(i), file, children);
            }
        }
        return children;
    }

    private static void addChild(Named parent, String key, @Nullable Object value, String file, List<Named> children)
            throws MalformedWeightsException {
        if (!(value instanceof TorchGlobals.TensorView
                || value instanceof TorchGlobals.Opaque
                || value instanceof Map
                || value instanceof List)) {
            return; // numbers and text of an optimizer's state
        }
        int length = parent.name.length() + key.length();
        if (length > LONGEST_NAME) {
            throw new MalformedWeightsException("bad PyTorch file: " + file + ": dictionaries nested into a name of "
                    + length + " characters; save model.state_dict()");
        }
        children.add(new Named(parent.name.isEmpty() ? key : parent.name + "." + key, value));
    }

    private static Tensor tensor(String name, TorchGlobals.TensorView view, String file, Storages storages)
            throws MalformedWeightsException {
        DType storageType = TorchTypes.ofStorage(view.storage().type());
        DType dtype = view.dtype() == null ? storageType : TorchTypes.ofDtype(view.dtype());
        if (dtype == null || storageType == null) {
            throw bad(file, name, "its storage is a " + view.storage().type());
        }
        Place place = storages.place(view.storage());
        Sizes.elements(file, name, view.shape());
        if (!ScalarEncoding.exists(dtype)) {
            return StoredTensor.plain(name, dtype, view.shape(), place.source(), 0, place.length());
        }
        int bytes = dtype.bits() / 8;
        boolean untyped = view.dtype() != null || view.storage().type().endsWith("UntypedStorage");
        long claimed = view.storage().elements();
        boolean matches =
                untyped ? claimed == place.length() : place.length() % bytes == 0 && claimed == place.length() / bytes;
        if (!matches) {
            throw bad(file, name, "its storage claims " + claimed + " elements but holds " + place.length() + " bytes");
        }
        long elements = view.storage().viewElements() / (untyped ? bytes : 1);
        return tensor(name, dtype, view, place, elements, file);
    }

    private static Tensor tensor(
            String name, DType dtype, TorchGlobals.TensorView view, Place place, long elements, String file)
            throws MalformedWeightsException {
        List<Long> shape = List.copyOf(view.shape());
        long count = Sizes.elements(file, name, shape);
        long extent = extent(view);
        if (extent < 0 || extent > elements) {
            throw bad(
                    file,
                    name,
                    "shape " + shape + " with strides " + view.strides() + " at offset " + view.offset()
                            + " leaves its storage of " + elements + " elements");
        }
        long start = place.offset() + view.storage().viewOffset() * (dtype.bits() / 8);
        // Views may repeat elements (expand), but a weight matrix is stored in full: memory must not follow from a
        // shape.
        long bytes = Math.multiplyExact(count, (long) dtype.bits() / 8);
        if (count > extent && bytes > LARGEST_REPETITION) {
            throw bad(
                    file,
                    name,
                    "shape " + shape + " with strides " + view.strides() + " repeats " + extent
                            + " stored elements into " + bytes + " bytes, which is no weight matrix");
        }
        Layout layout = extent == 0 ? Layout.contiguous(0, shape) : new Layout(view.offset(), view.strides());
        ScalarEncoding encoding = new ScalarEncoding(dtype, place.bigEndian());
        return new StoredTensor(
                name,
                dtype,
                shape,
                place.source().name(),
                count * (dtype.bits() / 8),
                Optional.of(new StoredTensor.Storage(place.source(), start, encoding, layout)),
                Tensor.Orientation.UNKNOWN);
    }

    /** Elements of the storage up to the last one the view reaches, -1 where that is no number. */
    private static long extent(TorchGlobals.TensorView view) {
        boolean plain = view.offset() >= 0
                && view.shape().size() == view.strides().size()
                && view.strides().stream().allMatch(stride -> stride >= 0);
        try {
            return plain ? new Layout(view.offset(), view.strides()).extent(view.shape()) : -1;
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static MalformedWeightsException bad(String file, String name, String why) {
        return new MalformedWeightsException(
                "bad PyTorch file: " + file + ": tensor " + name + ": " + why + "; save it again");
    }
}
