package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** A file that appears whole or not at all: written beside its place, then renamed. Safe for several threads. */
final class WholeFile implements AutoCloseable {
    /** Ends the name of what is being written. */
    static final String UNFINISHED = ".part";

    private final Path target;
    private final Path beside;
    private final FileChannel channel;
    private boolean renamed;

    private WholeFile(Path target, Path beside, FileChannel channel) {
        this.target = target;
        this.beside = beside;
        this.channel = channel;
    }

    static WholeFile create(Path target) throws WeightsWriteException {
        Path beside = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
        try {
            Files.createDirectories(target.toAbsolutePath().getParent());
            return new WholeFile(
                    target, beside, FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw WeightsWriteException.of(target, e);
        }
    }

    /** Writes what remains of a buffer at a place of the file. */
    void write(ByteBuffer bytes, long offset) throws WeightsWriteException {
        long at = offset;
        try {
            while (bytes.hasRemaining()) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(target, e);
        }
    }

    /** Gives the file its name. */
    void commit() throws WeightsWriteException {
        try {
            channel.close();
            try {
                Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
            }
            renamed = true;
        } catch (IOException e) {
            throw WeightsWriteException.of(target, e);
        }
    }

    /** Removes what was written, unless it was committed. */
    @Override
    public void close() throws WeightsWriteException {
        if (renamed) {
            return;
        }
        try {
            channel.close();
            Files.deleteIfExists(beside);
        } catch (IOException e) {
            throw WeightsWriteException.of(beside, e);
        }
    }
}
