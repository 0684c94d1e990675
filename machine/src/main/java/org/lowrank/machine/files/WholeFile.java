package org.lowrank.machine.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * A file that appears whole or not at all: written beside its place, then renamed. Several threads may write at once.
 *
 * <pre>{@code
 * try (WholeFile<IOException> file = WholeFile.create(target, (where, cause) -> cause)) {
 *     file.write(bytes, 0);
 *     file.commit();
 * }
 * }</pre>
 *
 * @param <E> what a failure of the system becomes
 */
public final class WholeFile<E extends IOException> implements AutoCloseable {
    /** Ends the name of what is being written. */
    public static final String UNFINISHED = ".part";

    private final Path target;
    private final Path beside;
    private final FileChannel channel;
    private final BiFunction<Path, IOException, E> failure;
    private boolean renamed;

    private WholeFile(Path target, Path beside, FileChannel channel, BiFunction<Path, IOException, E> failure) {
        this.target = target;
        this.beside = beside;
        this.channel = channel;
        this.failure = failure;
    }

    /**
     * Begins a file, in folders that are made where they are missing. Its name while unfinished is hidden and random, so that
     * several processes do not meet.
     *
     * @param failure what to throw where the system refuses, of the file and the refusal
     */
    public static <E extends IOException> WholeFile<E> create(Path target, BiFunction<Path, IOException, E> failure)
            throws E {
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            FileChannel channel = FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new WholeFile<>(target, beside, channel, failure);
        } catch (IOException e) {
            throw failure.apply(target, e);
        }
    }

    /** Writes a small file at once, and makes sure that it is on the disk before it has its name. */
    public static <E extends IOException> void write(
            Path target, byte[] content, BiFunction<Path, IOException, E> failure) throws E {
        try (WholeFile<E> file = create(target, failure)) {
            file.write(ByteBuffer.wrap(content), 0);
            file.force();
            file.commit();
        }
    }

    /** Writes what remains of a buffer at a place of the file. */
    public void write(ByteBuffer bytes, long offset) throws E {
        long at = offset;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw failure.apply(target, e);
        }
    }

    /** Waits until what was written is on the disk. */
    public void force() throws E {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw failure.apply(target, e);
        }
    }

    /** Gives the file its name. */
    public void commit() throws E {
        try {
            channel.close();
            rename(beside, target);
            renamed = true;
        } catch (IOException e) {
            throw failure.apply(target, e);
        }
    }

    /** Renames at once where the file system can, and takes the place of what is there. */
    private static void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Removes what was written, unless it was committed. */
    @Override
    public void close() throws E {
        if (renamed) {
            return;
        }
        try {
            channel.close();
            Files.deleteIfExists(beside);
        } catch (IOException e) {
            throw failure.apply(beside, e);
        }
    }
}
