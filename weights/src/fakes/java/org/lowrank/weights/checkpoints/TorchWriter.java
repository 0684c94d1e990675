package org.lowrank.weights.checkpoints;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** PyTorch checkpoints: the zip since 1.6 and the pickles before it (torch/serialization.py). */
public final class TorchWriter {
    private static final byte[] MAGIC = {
        0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
    };

    private TorchWriter() {}

    /** A state dict in a zip. */
    public static byte[] zip(Map<String, TestTensor> tensors) {
        Map<String, TorchView> views = views(tensors);
        return zip(Pickle.stateDict(views), storages(tensors, views));
    }

    /**
     * A state dict of any size in a zip.
     *
     * @param shared tensors that see the storage of another one of the same size
     */
    public static Content content(Map<String, PlannedTensor> tensors, Map<String, String> shared) {
        Map<String, String> keys = new LinkedHashMap<>();
        Map<String, TorchView> views = new LinkedHashMap<>();
        Map<String, Content> storages = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            String owner = shared.getOrDefault(name, name);
            String key = keys.computeIfAbsent(owner, none -> String.valueOf(keys.size()));
            List<Long> strides = TorchView.contiguous(tensor.shape());
            views.put(name, new TorchView(key, tensor.dtype(), tensor.elements(), 0, tensor.shape(), strides));
            storages.put("archive/data/" + key, tensor.content());
        });
        Map<String, Content> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", Content.of(Pickle.stateDict(views)));
        entries.putAll(storages);
        entries.put("archive/version", Content.of("3\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return ZipWriter.content(entries);
    }

    /** Any pickle and its storages. */
    public static byte[] zip(byte[] pickle, Map<String, byte[]> storages) {
        return ZipWriter.bytes(entries("archive", pickle, storages));
    }

    /** The members of the archive, below one folder of any name. */
    public static Map<String, byte[]> entries(String folder, byte[] pickle, Map<String, byte[]> storages) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put(folder + "/data.pkl", pickle);
        entries.put(folder + "/byteorder", "little".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        storages.forEach((key, bytes) -> entries.put(folder + "/data/" + key, bytes));
        entries.put(folder + "/version", "3\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return entries;
    }

    /** A state dict in the layout before 1.6. */
    public static byte[] legacy(Map<String, TestTensor> tensors) {
        Map<String, TorchView> views = views(tensors);
        byte[] root = Pickle.protocol2().orderedDict(views, true).stop();
        Map<String, Long> elements = new LinkedHashMap<>();
        views.values().forEach(view -> elements.put(view.key(), view.claimedElements()));
        return legacy(root, storages(tensors, views), elements);
    }

    /**
     * Any object pickle and its storages.
     *
     * @param elements number of elements written before each storage
     */
    public static byte[] legacy(byte[] root, Map<String, byte[]> storages, Map<String, Long> elements) {
        ByteSink out = new ByteSink();
        out.bytes(Pickle.protocol2().op(0x8a).op(10).raw(MAGIC).stop());
        out.bytes(Pickle.protocol2().integer(1001).stop());
        Pickle system =
                Pickle.protocol2().emptyDict().mark().text("protocol_version").integer(1001);
        system.text("little_endian").op(0x88).text("type_sizes").emptyDict().mark();
        system.text("short")
                .integer(2)
                .text("int")
                .integer(4)
                .text("long")
                .integer(4)
                .setItems();
        out.bytes(system.setItems().stop());
        out.bytes(root);
        Pickle keys = Pickle.protocol2().op(']').mark();
        elements.keySet().forEach(keys::text);
        out.bytes(keys.op('e').stop());
        elements.forEach((key, count) -> out.u64(count).bytes(storages.getOrDefault(key, new byte[0])));
        return out.toByteArray();
    }

    private static Map<String, TorchView> views(Map<String, TestTensor> tensors) {
        Map<String, TorchView> views = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> views.put(name, TorchView.whole(String.valueOf(views.size()), tensor)));
        return views;
    }

    private static Map<String, byte[]> storages(Map<String, TestTensor> tensors, Map<String, TorchView> views) {
        Map<String, byte[]> storages = new LinkedHashMap<>();
        views.forEach((name, view) -> {
            TestTensor tensor = tensors.get(name);
            storages.put(view.key(), tensor == null ? new byte[0] : tensor.data());
        });
        return storages;
    }
}
