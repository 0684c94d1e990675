package org.lowrank.weights.adapter;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** The files of a base model and of an adapter, whose names have {@code adapter:} before them. */
public record MergedFiles(ModelFiles base, ModelFiles adapter) implements ModelFiles {
    private static final String PREFIX = "adapter:";

    /** An adapter's file as it is called here. */
    public static String ofAdapter(String name) {
        return PREFIX + name;
    }

    @Override
    public Provenance provenance() {
        Provenance one = base.provenance();
        Provenance other = adapter.provenance();
        List<String> notes = new ArrayList<>(one.notes());
        notes.addAll(other.notes());
        boolean revisions = !one.revision().isEmpty() || !other.revision().isEmpty();
        return new Provenance(
                one.model() + "+" + other.model(),
                revisions ? one.revision() + "+" + other.revision() : "",
                one.source().equals(other.source()) ? one.source() : one.source() + " + " + other.source(),
                one.location() + "+" + other.location(),
                notes);
    }

    @Override
    public List<FileEntry> list() throws IOException, ModelNotFoundException {
        List<FileEntry> entries = new ArrayList<>(base.list());
        for (FileEntry entry : adapter.list()) {
            entries.add(new FileEntry(PREFIX + entry.name(), entry.size(), entry.sha256()));
        }
        return entries;
    }

    /** Whose a file is, called as it is here. */
    public ModelFiles owner(String name) {
        return name.startsWith(PREFIX) ? adapter : base;
    }

    private static String own(String name) {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        return owner(name).open(own(name));
    }

    @Override
    public Optional<String> announcedHash(String name) throws IOException, ModelNotFoundException {
        return owner(name).announcedHash(own(name));
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return owner(name).stamp(own(name));
    }

    @Override
    public void close() throws IOException {
        try (base) {
            adapter.close();
        }
    }
}
