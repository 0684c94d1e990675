package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Tensor;

/** PyTorch since 1.6 and TorchScript: a zip of data.pkl and one entry per storage (torch/serialization.py). */
final class TorchZip implements WeightFormat {
    /** The pickle of a model of a million tensors is smaller. */
    private static final int LARGEST_PICKLE = 64 << 20;

    private static final Pattern DATA = Pattern.compile("[^/]+/data\\.pkl");

    @Override
    public String title() {
        return "PyTorch";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
    }

    @Override
    public boolean isNamed(byte[] head, String name) {
        return false;
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        Map<String, ZipEntrySource> entries = ZipDirectory.read(source).entries();
        String folder = folder(entries, name);
        boolean script = entries.containsKey(folder + "constants.pkl");
        byte[] pickle = entry(entries, folder + "data.pkl", name).bytes(LARGEST_PICKLE);
        ZipEntrySource order = entries.get(folder + "byteorder");
        boolean bigEndian = order != null
                && new String(order.bytes(64), StandardCharsets.US_ASCII)
                        .strip()
                        .equals("big");
        Wire wire = new Wire(new Bytes(name, pickle), 0, pickle.length);
        Object root = new Unpickler(wire, name, script).load();
        return TorchTensors.of(
                root,
                name,
                storage -> {
                    ZipEntrySource content = entry(entries, folder + "data/" + storage.key(), name);
                    return new TorchTensors.Place(content, 0, content.size(), bigEndian);
                },
                opened);
    }

    /** The one folder that holds data.pkl; its name is free. */
    private static String folder(Map<String, ZipEntrySource> entries, String file) throws MalformedWeightsException {
        return entries.keySet().stream()
                .filter(entry -> DATA.matcher(entry).matches())
                .map(entry -> entry.substring(0, entry.indexOf('/') + 1))
                .findFirst()
                .orElseThrow(() -> new MalformedWeightsException("zip archive: " + file
                        + ": it holds no PyTorch checkpoint (no data.pkl); unpack it and analyse the files in it"));
    }

    private static ZipEntrySource entry(Map<String, ZipEntrySource> entries, String name, String file)
            throws MalformedWeightsException {
        ZipEntrySource entry = entries.get(name);
        if (entry == null) {
            throw new MalformedWeightsException(
                    "bad PyTorch file: " + file + ": " + name + " is missing; save it again");
        }
        return entry;
    }
}
