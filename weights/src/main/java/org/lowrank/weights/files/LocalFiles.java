package org.lowrank.weights.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;

/** A directory, or one file seen as a directory of itself and its neighbours. */
public final class LocalFiles implements ModelFiles {
    private static final int DEPTH = 3;

    private final Path directory;
    private final Path asked;
    private final List<String> notes;

    private LocalFiles(Path directory, Path asked, List<String> notes) {
        this.directory = directory;
        this.asked = asked;
        this.notes = notes;
    }

    /** An existing directory or file. */
    public static LocalFiles of(Path path) {
        return of(path, List.of());
    }

    /**
     * An existing directory or file.
     *
     * @param notes what a user should know about it
     */
    public static LocalFiles of(Path path, List<String> notes) {
        Path absolute = path.toAbsolutePath().normalize();
        if (Files.isDirectory(absolute)) {
            return new LocalFiles(absolute, absolute, notes);
        }
        Path parent = absolute.getParent();
        return new LocalFiles(parent == null ? absolute : parent, absolute, notes);
    }

    @Override
    public Provenance provenance() {
        Path name = asked.getFileName();
        return new Provenance(
                name == null ? asked.toString() : name.toString(), "", "local path", asked.toString(), notes);
    }

    @Override
    public Optional<String> weightFile() {
        return asked.equals(directory)
                ? Optional.empty()
                : Optional.of(directory.relativize(asked).toString().replace('\\', '/'));
    }

    @Override
    public List<FileEntry> list() throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(directory, asked.equals(directory) ? DEPTH : 1)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isRegularFile(path)) {
                    String name = directory.relativize(path).toString().replace('\\', '/');
                    entries.add(new FileEntry(name, Files.size(path), Optional.empty()));
                }
            }
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        entries.sort(Comparator.comparing(FileEntry::name));
        return entries;
    }

    @Override
    public ByteSource open(String name) throws IOException {
        Path path = path(name);
        if (!path.startsWith(directory)) {
            throw new MalformedWeightsException("unsafe file name: " + name + ": it leaves " + directory
                    + "; the model's index is not to be trusted");
        }
        if (!Files.isRegularFile(path)) {
            throw new MalformedWeightsException(
                    "missing file: " + path + ": named by the model but not there; download the model again");
        }
        return MappedFile.open(path, name);
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return Optional.of(Files.getLastModifiedTime(directory.resolve(name)).toString());
    }

    /** Names in an index may be no file names at all here. */
    private Path path(String name) throws MalformedWeightsException {
        try {
            return directory.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new MalformedWeightsException(
                    "missing file: " + name + ": no file can have that name (" + e.getReason()
                            + "); download the model again",
                    e);
        }
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}
