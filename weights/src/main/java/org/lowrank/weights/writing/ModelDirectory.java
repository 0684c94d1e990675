package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.lowrank.machine.files.WholeFile;
import org.lowrank.weights.bytes.ByteSource;

/**
 * A model's directory that appears whole or not at all: it is built beside its place as {@code .NAME.FINGERPRINT.unfinished}
 * and renamed. What an interrupted run with the same fingerprint has left of it is gone on with.
 */
public final class ModelDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";
    private static final int COPY_BYTES = 1 << 20;

    private final Path target;
    private final Path building;
    private final FileChannel lockFile;
    private boolean committed;

    private ModelDirectory(Path target, Path building, FileChannel lockFile) {
        this.target = target;
        this.building = building;
        this.lockFile = lockFile;
    }

    /**
     * Begins, or goes on with, a directory.
     *
     * @param target where it will be; must not exist, or be empty, unless it may be replaced
     * @param fingerprint of everything that decides the content, letters and digits
     * @param replaceable an existing directory that holds a file of this name may be replaced; empty: none may
     * @throws WeightsWriteException if the target is in the way, another process is building it, or nothing can be written
     */
    public static ModelDirectory open(Path target, String fingerprint, Optional<String> replaceable)
            throws WeightsWriteException {
        Path absolute = target.toAbsolutePath().normalize();
        Path name = absolute.getFileName();
        if (name == null) {
            throw new WeightsWriteException("cannot write weights: " + target + ": it has no name; choose a directory");
        }
        checkFree(absolute, replaceable);
        Path building = absolute.resolveSibling("." + name + "." + fingerprint + ".unfinished");
        try {
            Files.createDirectories(building);
            FileChannel lockFile = lock(building);
            try {
                deleteUnfinishedFiles(building);
                return new ModelDirectory(absolute, building, lockFile);
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(building, e);
        }
    }

    private static void checkFree(Path target, Optional<String> replaceable) throws WeightsWriteException {
        if (!Files.exists(target)) {
            return;
        }
        if (!Files.isDirectory(target)) {
            throw new WeightsWriteException(
                    "cannot write weights: " + target + ": a file is in the way; choose another directory with --out");
        }
        boolean mine = replaceable.isPresent() && Files.isRegularFile(target.resolve(replaceable.get()));
        try (Stream<Path> entries = Files.list(target)) {
            if (entries.findAny().isPresent() && !mine) {
                throw new WeightsWriteException("cannot write weights: " + target
                        + ": the directory is not empty; choose another one with --out");
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(target, e);
        }
    }

    private static FileChannel lock(Path building) throws IOException {
        FileChannel channel =
                FileChannel.open(building.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
        }
        channel.close();
        throw new WeightsWriteException("cannot write weights: " + building
                + ": another run is writing the same model; wait for it, or choose another directory with --out");
    }

    private static void deleteUnfinishedFiles(Path building) throws IOException {
        try (Stream<Path> entries = Files.walk(building)) {
            List<Path> unfinished = entries.filter(
                            path -> path.getFileName().toString().endsWith(WholeFile.UNFINISHED))
                    .toList();
            for (Path path : unfinished) {
                Files.delete(path);
            }
        }
    }

    /** Where the files are until the end. */
    public Path building() {
        return building;
    }

    /** The weights' files; those an earlier run has finished are kept. */
    public ModelWriter weights(ShardPlan plan) throws WeightsWriteException {
        return ModelWriter.resume(building, plan);
    }

    /** Writes a small file. */
    public void write(String name, byte[] content) throws WeightsWriteException {
        WholeFile.write(inside(name), content, WeightsWriteException::of);
    }

    /** Copies a file byte by byte, under any name. */
    public void copy(String name, ByteSource source) throws IOException {
        try (WholeFile<WeightsWriteException> file = WholeFile.create(inside(name), WeightsWriteException::of)) {
            for (long at = 0; at < source.size(); at += COPY_BYTES) {
                int length = (int) Math.min(COPY_BYTES, source.size() - at);
                try (ByteSource.Region region = source.read(at, length)) {
                    file.write(region.bytes(), at);
                }
            }
            file.commit();
        }
    }

    private Path inside(String name) throws WeightsWriteException {
        Path path = building.resolve(name).normalize();
        if (!path.startsWith(building) || path.equals(building)) {
            throw new WeightsWriteException("unsafe file name: " + name + ": it leaves " + target
                    + "; the model's list of files is not to be trusted");
        }
        return path;
    }

    /** Gives the directory its name; what was there before is removed. */
    public void commit() throws WeightsWriteException {
        Path old = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".old");
        try {
            Files.deleteIfExists(building.resolve(LOCK));
            boolean replacing = Files.exists(target);
            if (replacing) {
                move(target, old);
            }
            try {
                move(building, target);
            } catch (IOException e) {
                if (replacing) {
                    move(old, target);
                }
                throw e;
            }
            committed = true;
            if (replacing) {
                deleteAll(old);
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(target, e);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to);
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Lets go of the directory. Unless it was committed, whole shards stay for the next run and all else is removed. */
    @Override
    public void close() throws WeightsWriteException {
        try {
            lockFile.close();
            if (!committed && Files.exists(building) && !holdsShards()) {
                deleteAll(building);
            }
        } catch (IOException e) {
            throw WeightsWriteException.of(building, e);
        }
    }

    private boolean holdsShards() throws IOException {
        try (Stream<Path> entries = Files.list(building)) {
            return entries.anyMatch(path -> path.getFileName().toString().endsWith(".safetensors"));
        }
    }
}
