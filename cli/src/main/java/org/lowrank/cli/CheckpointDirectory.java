package org.lowrank.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;

/** Where an experiment's interrupted work lies, beside its results; only one run at a time may have it. */
final class CheckpointDirectory implements AutoCloseable {
    private static final String LOCK = "lock";
    /** Milliseconds that earlier runs and this one have worked. */
    private static final String WORKED = "worked";

    private static final long BETWEEN_NOTES = Duration.ofSeconds(10).toMillis();

    private final Path path;
    private final FileChannel lock;
    private final Instant start = Instant.now();
    private long before;
    private long noted;

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
        Path path = OutputDirectory.open(results.path().resolve(".checkpoints")).path();
        FileChannel lock = FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isFree(lock)) {
            lock.close();
            throw new ReportWriteException("cannot write to " + results.path()
                    + ": another run is at work there; wait for it or give another --out");
        }
        CheckpointDirectory directory = new CheckpointDirectory(path, lock);
        if (restart) {
            directory.clear();
        }
        directory.before = directory.isUsed() ? worked(path.resolve(WORKED)) : 0;
        return directory;
    }

    private static long worked(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NoSuchFileException | NumberFormatException notWritten) {
            return 0;
        }
    }

    private static boolean isFree(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        } catch (IOException noLocks) {
            return true; // some network file systems have none: then without
        }
    }

    Path path() {
        return path;
    }

    /** Whether there is work to resume. */
    boolean isUsed() throws IOException {
        return !checkpoints().isEmpty();
    }

    /** How long this run and those it resumes have worked. */
    Duration worked() {
        return Duration.between(start, Instant.now()).plusMillis(before);
    }

    /** Keeps {@link #worked} for a run that resumes this one; to be called now and then. */
    synchronized void note() {
        long now = worked().toMillis();
        if (now - noted < BETWEEN_NOTES) {
            return;
        }
        noted = now;
        try {
            Files.writeString(path.resolve(WORKED), Long.toString(now));
        } catch (IOException full) {
            // A checkpoint that cannot be written is reported; this is only how long it took.
        }
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(file -> !file.endsWith(LOCK) && !file.endsWith(WORKED))
                    .toList();
        }
    }

    private void clear() throws IOException {
        for (Path file : checkpoints()) {
            Files.delete(file);
        }
        Files.deleteIfExists(path.resolve(WORKED));
    }

    /** Deletes everything: the results are written. */
    void delete() throws IOException {
        clear();
        lock.close();
        Files.deleteIfExists(path.resolve(LOCK));
        Files.deleteIfExists(path);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
