package org.lowrank.weights.checkpoints;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.tensor.DType;

/** A pickle written opcode by opcode (Python's pickletools, torch/serialization.py). */
public final class Pickle {
    private final ByteSink out = new ByteSink();

    /** Protocol 2, as PyTorch writes. */
    public static Pickle protocol2() {
        return new Pickle().op(0x80).op(2);
    }

    /** A state dict: an OrderedDict of tensors. */
    public static byte[] stateDict(Map<String, TorchView> tensors) {
        Pickle pickle = protocol2();
        pickle.orderedDict(tensors);
        return pickle.stop();
    }

    /** One byte: an opcode or its argument. */
    public Pickle op(int opcode) {
        out.u8(opcode);
        return this;
    }

    public Pickle raw(byte... bytes) {
        out.bytes(bytes);
        return this;
    }

    public Pickle mark() {
        return op('(');
    }

    /** TUPLE up to the mark. */
    public Pickle tuple() {
        return op('t');
    }

    public Pickle emptyDict() {
        return op('}');
    }

    public Pickle emptyTuple() {
        return op(')');
    }

    /** SETITEMS up to the mark. */
    public Pickle setItems() {
        return op('u');
    }

    /** GLOBAL. */
    public Pickle global(String module, String name) {
        op('c');
        out.text(module + "\n" + name + "\n");
        return this;
    }

    public Pickle reduce() {
        return op('R');
    }

    /** BINUNICODE. */
    public Pickle text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X');
        out.u32(bytes.length).bytes(bytes);
        return this;
    }

    /** BININT1, BININT2, BININT or LONG1, the shortest. */
    public Pickle integer(long value) {
        if (value >= 0 && value < 256) {
            return op('K').op((int) value);
        }
        if (value >= 0 && value < 65536) {
            op('M');
            out.u16((int) value);
        } else if (value == (int) value) {
            op('J');
            out.u32(value);
        } else {
            op(0x8a).op(8);
            out.u64(value);
        }
        return this;
    }

    /** BINFLOAT. */
    public Pickle real(double value) {
        return op('G').raw(ByteBuffer.allocate(8).putDouble(value).array());
    }

    /** A tuple of integers. */
    public Pickle integers(List<Long> values) {
        mark();
        values.forEach(this::integer);
        return tuple();
    }

    /** A storage's persistent id: ("storage", type, key, "cpu", elements). */
    public Pickle storage(TorchView view) {
        return storage(view, false);
    }

    private Pickle storage(TorchView view, boolean legacy) {
        mark().text("storage");
        String type = TorchView.storageName(view.dtype());
        if (type.equals("UntypedStorage")) {
            global("torch.storage", type);
        } else {
            global("torch", type);
        }
        text(view.key()).text("cpu").integer(view.claimedElements());
        if (legacy) {
            op('N');
        }
        return tuple().op('Q');
    }

    /** _rebuild_tensor_v2, or _v3 for types without a storage class. */
    public Pickle tensor(TorchView view) {
        return tensor(view, false);
    }

    /** As {@link #tensor(TorchView)}, with the sixth item that persistent ids had before 1.6. */
    public Pickle legacyTensor(TorchView view) {
        return tensor(view, true);
    }

    private Pickle tensor(TorchView view, boolean legacy) {
        boolean typed = !TorchView.storageName(view.dtype()).equals("UntypedStorage");
        global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        mark().storage(view, legacy).integer(view.offset());
        integers(view.shape()).integers(view.strides());
        op(0x89).global("collections", "OrderedDict").emptyTuple().reduce();
        if (!typed) {
            global("torch", TorchView.dtypeName(view.dtype()));
        }
        return tuple().reduce();
    }

    /** An OrderedDict of tensors with the {@code _metadata} that a module's state_dict carries. */
    public Pickle orderedDict(Map<String, TorchView> tensors) {
        return orderedDict(tensors, false);
    }

    Pickle orderedDict(Map<String, TorchView> tensors, boolean legacy) {
        global("collections", "OrderedDict").emptyTuple().reduce().mark();
        tensors.forEach((name, view) -> text(name).tensor(view, legacy));
        setItems();
        emptyDict().text("_metadata").emptyDict().op('s');
        return op('b');
    }

    /** With STOP. */
    public byte[] stop() {
        return op('.').toByteArray();
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }

    /** Types whose storages have a class of their own. */
    static boolean hasStorageClass(DType dtype) {
        return !TorchView.storageName(dtype).equals("UntypedStorage");
    }
}
