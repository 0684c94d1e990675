package org.lowrank.weights.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.lowrank.weights.bytes.ByteSource;

/** A folder of a model, seen as a model of its own with names relative to it, or a model of which one file is to be read. */
public final class FilesInside implements ModelFiles {
    private static final int SHOWN = 12;

    private final ModelFiles whole;
    private final String inside;
    private final String prefix;
    private final Optional<String> file;

    private FilesInside(ModelFiles whole, String inside, String prefix, Optional<String> file) {
        this.whole = whole;
        this.inside = inside;
        this.prefix = prefix;
        this.file = file;
    }

    /**
     * A view of what lies inside; the whole is closed with it.
     *
     * @param inside a folder or file, relative with '/'
     * @throws ModelNotFoundException if there is no such file or folder; the message lists what there is
     */
    public static ModelFiles of(ModelFiles whole, String inside) throws IOException, ModelNotFoundException {
        List<FileEntry> entries = whole.list();
        if (entries.stream().anyMatch(entry -> entry.name().equals(inside))) {
            // The rest stays in view: external data, the configuration, other shards.
            return new FilesInside(whole, inside, "", Optional.of(inside));
        }
        String folder = inside + "/";
        if (entries.stream().anyMatch(entry -> entry.name().startsWith(folder))) {
            return new FilesInside(whole, inside, folder, Optional.empty());
        }
        String model = whole.provenance().model();
        String there = entries.stream().map(FileEntry::name).limit(SHOWN).collect(Collectors.joining(", "));
        throw new ModelNotFoundException("no such file: " + inside + ": not in " + model + ", which has " + there
                + (entries.size() > SHOWN ? " and " + (entries.size() - SHOWN) + " more" : "")
                + "; name one of them, as in "
                + whole.naming("FILE"));
    }

    @Override
    public Provenance provenance() {
        Provenance own = whole.provenance();
        return own.withModel(own.model() + "/" + inside);
    }

    @Override
    public void prefetch(List<String> names) throws IOException, ModelNotFoundException {
        whole.prefetch(names.stream().map(name -> prefix + name).toList());
    }

    @Override
    public List<FileEntry> list() throws IOException, ModelNotFoundException {
        return whole.list().stream()
                .filter(entry -> entry.name().startsWith(prefix))
                .map(entry -> new FileEntry(entry.name().substring(prefix.length()), entry.size(), entry.sha256()))
                .toList();
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        ByteSource source = whole.open(prefix + name);
        return prefix.isEmpty() ? source : new Renamed(source, name);
    }

    @Override
    public Optional<String> weightFile() {
        return file;
    }

    @Override
    public Optional<String> hindrance(String name) {
        return whole.hindrance(prefix + name);
    }

    @Override
    public String naming(String path) {
        return whole.naming(prefix + path);
    }

    @Override
    public Optional<String> announcedHash(String name) throws IOException, ModelNotFoundException {
        return whole.announcedHash(prefix + name);
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return whole.stamp(prefix + name);
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }

    /** A file under its name in the folder. */
    private record Renamed(ByteSource source, String name) implements ByteSource {
        @Override
        public long size() {
            return source.size();
        }

        @Override
        public Region read(long offset, int length) throws IOException {
            return source.read(offset, length);
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}
