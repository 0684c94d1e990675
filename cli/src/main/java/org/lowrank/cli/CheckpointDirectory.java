package org.lowrank.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** Where an experiment's interrupted work lies, beside its results; only one run at a time may have it. */
final class CheckpointDirectory implements AutoCloseable {
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;

    private CheckpointDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /**
     * Takes the directory.
     *
     * @param restart whether to delete what an interrupted run has left
     * @throws ReportWriteException if another run has it
     */
    static CheckpointDirectory open(OutputDirectory results, boolean restart) throws IOException {
        Path path = results.path().resolve(".checkpoints");
        Files.createDirectories(path);
        FileChannel lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isFree(lock)) {
            lock.close();
            throw new ReportWriteException("cannot write to " + results.path()
                    + ": another run is at work there; wait for it or give another --out");
        }
        CheckpointDirectory directory = new CheckpointDirectory(path, lock);
        if (restart) {
            for (Path file : directory.checkpoints()) {
                Files.delete(file);
            }
        }
        return directory;
    }

    private static boolean isFree(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    /** Whether there is work to resume. */
    boolean isUsed() throws IOException {
        return !checkpoints().isEmpty();
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> !file.endsWith(LOCK)).toList();
        }
    }

    /** Deletes everything: the results are written. */
    void delete() throws IOException {
        for (Path file : checkpoints()) {
            Files.delete(file);
        }
        lock.close();
        Files.deleteIfExists(path.resolve(LOCK));
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
