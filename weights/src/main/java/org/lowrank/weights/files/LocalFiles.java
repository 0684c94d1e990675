package org.lowrank.weights.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
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
        return DirectoryListing.of(directory, asked.equals(directory) ? DEPTH : 1);
    }

    @Override
    public Optional<String> hindrance(String name) {
        Path path;
        try {
            path = path(name);
        } catch (MalformedWeightsException noName) {
            return Optional.empty(); // opening it says so
        }
        try {
            if (Files.isSymbolicLink(path) && !Files.exists(path)) {
                return Optional.of(name + " is a link to " + Files.readSymbolicLink(path) + ", which is not there");
            }
        } catch (IOException unreadable) {
            return Optional.of(name + " is a link that cannot be read");
        }
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(name + " is not there any more");
        }
        return Files.isReadable(path)
                ? Optional.empty()
                : Optional.of(name + " may not be read (its rights forbid it)");
    }

    @Override
    public ByteSource open(String name) throws IOException {
        Path path = path(name);
        if (!path.startsWith(directory)) {
            throw new MalformedWeightsException(
                    Flaw.REFUSED,
                    "unsafe file name: " + name + ": it leaves " + directory
                            + "; the model's index is not to be trusted");
        }
        if (!Files.isRegularFile(path)) {
            Optional<String> hindrance = hindrance(name);
            throw new MalformedWeightsException(
                    hindrance.isPresent() && Files.isSymbolicLink(path)
                            ? "dangling link: " + directory + ": " + hindrance.get()
                                    + "; restore what it leads to, or copy the model with its links followed (cp -L)"
                            : "missing file: " + path + ": named by the model but not there; fetch it too");
        }
        return MappedFile.open(path, name);
    }

    @Override
    public Optional<String> stamp(String name) throws IOException {
        return Optional.of(FileStamp.of(directory.resolve(name)));
    }

    /** Names in an index may be no file names at all here. */
    private Path path(String name) throws MalformedWeightsException {
        try {
            return directory.resolve(name).normalize();
        } catch (InvalidPathException e) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "missing file: " + name + ": no file can have that name (" + e.getReason()
                            + "); the model's index is not to be trusted",
                    e);
        }
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}
