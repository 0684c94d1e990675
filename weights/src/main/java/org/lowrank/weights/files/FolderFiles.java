package org.lowrank.weights.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;

/**
 * The files of a model of which one folder is to be read, under their names in the whole. The whole is not closed with it.
 *
 * @param whole all files
 * @param folder with '/' at its end
 */
public record FolderFiles(ModelFiles whole, String folder) implements ModelFiles {
    @Override
    public Provenance provenance() {
        return whole.provenance();
    }

    @Override
    public void prefetch(List<String> names) throws IOException, ModelNotFoundException {
        whole.prefetch(names);
    }

    @Override
    public List<FileEntry> list() throws IOException, ModelNotFoundException {
        return whole.list();
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        return whole.open(name);
    }

    @Override
    public Optional<String> hindrance(String name) {
        return whole.hindrance(name);
    }

    @Override
    public String naming(String path) {
        return whole.naming(path);
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return whole.stamp(name);
    }

    @Override
    public void close() {
        // Whoever opened the whole closes it.
    }
}
