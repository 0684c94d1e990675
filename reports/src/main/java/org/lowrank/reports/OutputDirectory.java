package org.lowrank.reports;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A directory of results in which every file appears whole or not at all: written beside, then renamed. */
public final class OutputDirectory {
    private final Path path;

    private OutputDirectory(Path path) {
        this.path = path;
    }

    /**
     * Creates the directory where it does not exist and proves that a file can be written, so that a long computation does
     * not end in nothing.
     *
     * @throws ReportWriteException if it cannot be created or written to
     */
    public static OutputDirectory open(Path path) throws ReportWriteException {
        try {
            Files.createDirectories(path);
            Path probe = path.resolve(".lowrank-" + UUID.randomUUID());
            Files.createFile(probe);
            Files.delete(probe);
        } catch (IOException e) {
            throw failure(path, e);
        }
        return new OutputDirectory(path);
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Writes a text file as UTF-8 and returns its path. */
    public Path write(String name, String content) throws ReportWriteException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a file, in a sub-directory where the name has one, and returns its path. */
    public Path write(String name, byte[] content) throws ReportWriteException {
        Path target = path.resolve(name);
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            try (FileChannel channel =
                    FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                var buffer = java.nio.ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            rename(beside, target);
        } catch (IOException e) {
            deleteQuietly(beside, e);
            throw failure(target, e);
        }
        return target;
    }

    private static void rename(Path beside, Path target) throws IOException {
        try {
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void deleteQuietly(Path file, IOException first) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException second) {
            first.addSuppressed(second);
        }
    }

    private static ReportWriteException failure(Path where, IOException e) {
        return new ReportWriteException(
                "cannot write results: " + where + ": " + reason(e) + "; choose another directory with --out", e);
    }

    /** What the system says, or what it means where it names only the file. */
    private static String reason(IOException e) {
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "a file is in the way";
        }
        return e instanceof NoSuchFileException ? "no directory can be made there" : String.valueOf(e.getMessage());
    }
}
