package org.lowrank.weights.files;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;

/** The files of one model: a directory, a single file, a snapshot on the Hub (cached or streamed), a Maven artifact. */
public interface ModelFiles extends AutoCloseable {
    /** Where they come from, for the report. */
    Provenance provenance();

    /** Told which files will be opened next, so that several can be fetched at once. */
    default void prefetch(List<String> names) throws IOException, ModelNotFoundException {}

    /** All files that could be opened, names relative with '/', in name order. Costs no download of content. */
    List<FileEntry> list() throws IOException, ModelNotFoundException;

    /** Opens a file; a cached hub snapshot downloads and verifies it first. */
    ByteSource open(String name) throws IOException, ModelNotFoundException;

    /** The one weight file the user asked for; empty where it is to be chosen among {@link #list()}. */
    default Optional<String> weightFile() {
        return Optional.empty();
    }

    /** The folder the user asked for, with '/' at its end; empty for the whole model. */
    default String folder() {
        return "";
    }

    /** What a user would write to name a file or folder of this model. */
    default String naming(String path) {
        return provenance().location() + "/" + path;
    }

    /**
     * What keeps a listed file from being opened, as far as that is known without opening it: a dangling link, rights.
     *
     * @return in words, empty where nothing is known to
     */
    default Optional<String> hindrance(String name) {
        return Optional.empty();
    }

    /**
     * The hash that the source names a file's content by, whether or not the content was compared with it: files of one hash need
     * not be read twice.
     *
     * @return hex; empty where the source has none without reading
     */
    default Optional<String> announcedHash(String name) throws IOException, ModelNotFoundException {
        return list().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .flatMap(FileEntry::sha256);
    }

    /**
     * Something that changes when a file's content does, where no hash was verified.
     *
     * @return empty where the source has no such thing
     */
    default Optional<String> stamp(String name) throws IOException {
        return Optional.empty();
    }

    /** Closes every source opened here; tensors of a checkpoint cannot be opened afterwards. */
    @Override
    void close() throws IOException;

    /**
     * One file.
     *
     * @param name relative, with '/'
     * @param size bytes, or -1 where not known without a request
     * @param sha256 hex, where the source tells or verified it
     */
    record FileEntry(String name, long size, Optional<String> sha256) {}

    /**
     * Where a model came from.
     *
     * @param model the name to report: {@code org/name}, or a path's last segment
     * @param revision commit where known, else the version, else empty
     * @param source in words, for instance {@code Hugging Face Hub (cache)}
     * @param location path, or coordinates; never contains a secret
     * @param notes what a reader should know, for instance that the Hub could not be reached
     */
    record Provenance(String model, String revision, String source, String location, List<String> notes) {
        /** The same under another name. */
        public Provenance withModel(String name) {
            return new Provenance(name, revision, source, location, notes);
        }
    }
}
