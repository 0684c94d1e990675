package org.lowrank.weights.format;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/**
 * PyTorch before 1.6: five pickles one after another (magic number, protocol, system, object, storage keys), then for each
 * key an element count and the raw bytes (torch/serialization.py, _legacy_load).
 */
final class TorchLegacy implements WeightFormat {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
    private static final int FRAME = 0x95;
    /** The magic number as its own pickle holds it: LONG1 of ten bytes, STOP. */
    private static final byte[] OPENING = HexFormat.of().parseHex("8a0a6cfc9c46f9206aa850192e");

    @Override
    public String title() {
        return "PyTorch (before 1.6)";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        if (!isPickle(head)) {
            return false;
        }
        int at = head.length > 2 && (head[2] & 0xff) == FRAME ? 2 + 9 : 2;
        byte[] magic = Arrays.copyOfRange(head, Math.min(at, head.length), Math.min(at + OPENING.length, head.length));
        return Arrays.equals(magic, OPENING);
    }

    /** Another pickle, or one that is cut: the reader says which. */
    @Override
    public boolean isNamed(byte[] head, String name) {
        return isPickle(head) && name.matches(".*\\.(bin|pt|pth|ckpt|pkl|pickle)");
    }

    private static boolean isPickle(byte[] head) {
        return head.length >= 2 && (head[0] & 0xff) == 0x80 && head[1] >= 1 && head[1] <= 5;
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        Wire in = new Wire(source, 0, source.size());
        Object magic = new Unpickler(in, name, false).load();
        if (!MAGIC.equals(magic)) {
            throw bad(name, "it is a pickle but no PyTorch checkpoint");
        }
        new Unpickler(in, name, false).load(); // protocol version
        Object system = new Unpickler(in, name, false).load();
        boolean bigEndian = system instanceof Map<?, ?> map && Boolean.FALSE.equals(map.get("little_endian"));
        Unpickler objects = new Unpickler(in, name, false);
        Object root = objects.load();
        Object keys = new Unpickler(in, name, false).load();
        if (!(keys instanceof List<?> storageKeys)) {
            throw bad(name, "the list of storages is missing");
        }
        Map<String, TorchTensors.Place> places = new HashMap<>();
        long at = in.position();
        for (Object key : storageKeys) {
            TorchGlobals.Storage storage =
                    key instanceof String ? objects.storages().get(key) : null;
            DType dtype = storage == null ? null : TorchTypes.ofStorage(storage.type());
            if (storage == null || dtype == null || dtype.bits() == 0) {
                throw bad(
                        name,
                        storage == null
                                ? "its list of storages names one that no tensor uses"
                                : "storage " + key + " is a " + storage.type() + ", which is not read");
            }
            int size = dtype.bits() / 8;
            long elements;
            try (ByteSource.Region region = source.read(at, 8)) {
                elements = region.bytes().getLong(0);
            }
            at += 8;
            if (elements < 0 || elements > (source.size() - at) / size) {
                throw new MalformedWeightsException(
                        Flaw.INCOMPLETE,
                        "truncated file: " + name + ": storage " + key + " of "
                                + elements + " elements does not fit the " + (source.size() - at)
                                + " bytes left; copy or download it again");
            }
            places.put(storage.key(), new TorchTensors.Place(source, at, elements * size, bigEndian));
            at += elements * size;
        }
        return TorchTensors.of(
                root,
                name,
                storage -> {
                    TorchTensors.Place place = places.get(storage.key());
                    if (place == null) {
                        throw bad(name, "storage " + storage.key() + " is missing");
                    }
                    return place;
                },
                opened);
    }

    private static MalformedWeightsException bad(String file, String why) {
        return new MalformedWeightsException("bad PyTorch file: " + file + ": " + why + "; save it again");
    }
}
