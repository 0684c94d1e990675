package org.lowrank.weights.format;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;

/** A model's files in memory. */
record MemoryFiles(TreeMap<String, byte[]> contents, Optional<String> weightFile) implements ModelFiles {
    static MemoryFiles of(Map<String, byte[]> contents) {
        return new MemoryFiles(new TreeMap<>(contents), Optional.empty());
    }

    static MemoryFiles of(String name, byte[] content) {
        return of(Map.of(name, content));
    }

    @Override
    public Provenance provenance() {
        return new Provenance("test", "", "memory", "memory", List.of());
    }

    @Override
    public List<FileEntry> list() {
        return contents.entrySet().stream()
                .map(file -> new FileEntry(file.getKey(), file.getValue().length, Optional.empty()))
                .toList();
    }

    @Override
    public ByteSource open(String name) throws MalformedWeightsException {
        byte[] content = contents.get(name);
        if (content == null) {
            throw new MalformedWeightsException("missing file: " + name + ": not there; download the model again");
        }
        return new Bytes(name, content);
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
