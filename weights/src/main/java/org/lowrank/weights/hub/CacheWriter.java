package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Adds to the standard cache so that Python's processes, which take other locks, are never harmed: everything is written
 * under a name of its own and renamed at once; a link only after its blob, the reference last.
 */
final class CacheWriter {
    private static final String TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"
            + "# This file is a cache directory tag created by huggingface_hub.\n"
            + "# For information about cache directory tags, see:\n"
            + "#\thttps://bford.info/cachedir/\n";

    private final HubCache cache;
    private final RepoName repo;
    private final boolean symlinks;

    CacheWriter(HubCache cache, RepoName repo, boolean symlinks) {
        this.cache = cache;
        this.repo = repo;
        this.symlinks = symlinks;
    }

    /** A lock against other Java processes; closed it is given back. */
    @FunctionalInterface
    interface Held extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    /** Waits for another Java process that fetches the same; does without a lock where there are none. */
    Held lock(String etag) {
        FileChannel channel = null;
        try {
            Path path = cache.lock(etag);
            Files.createDirectories(path.getParent());
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.lock();
            FileChannel locked = channel;
            return () -> {
                try (locked) {
                    lock.release();
                }
            };
        } catch (IOException | OverlappingFileLockException | UnsupportedOperationException best) {
            return release(channel);
        }
    }

    private static Held release(@Nullable FileChannel channel) {
        return () -> {
            if (channel != null) {
                channel.close();
            }
        };
    }

    /** Folders of the repository and the mark that backup programs look for. */
    void prepare(String commit) throws IOException {
        Files.createDirectories(cache.folder().resolve("blobs"));
        Files.createDirectories(cache.snapshot(commit));
        try {
            Files.writeString(cache.root().resolve("CACHEDIR.TAG"), TAG, StandardOpenOption.CREATE_NEW);
        } catch (FileSystemException thereOrReadOnly) {
            // It helps backups only.
            return;
        }
    }

    /** Makes verified content, complete in {@code partial}, the blob of that name; the partial file is gone afterwards. */
    void keep(Path partial, String etag) throws IOException {
        Path blob = cache.blob(etag);
        try {
            Files.move(partial, blob, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException otherFileSystem) {
            Path own = blob.resolveSibling(etag + "." + random() + ".incomplete");
            try {
                copy(partial, own);
                Files.move(own, blob, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(own);
            }
            Files.delete(partial);
        }
    }

    /** Not Files.copy: the copy's rights are those of any new file, and it is on the disk before it gets its name. */
    private static void copy(Path from, Path to) throws IOException {
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long size = in.size();
            for (long at = 0; at < size; ) {
                at += in.transferTo(at, size - at, out);
            }
            out.force(true);
        }
    }

    /** Lets a commit's file be the blob: by a relative link, or where there are none by the blob itself or its copy. */
    void link(String commit, HubFile file, boolean newBlob) throws IOException {
        Path blob = cache.blob(file.etag());
        Path path = cache.file(commit, file.path());
        Path folder = path.getParent();
        if (folder == null || (Files.isRegularFile(path) && Files.isSameFile(path, blob))) {
            return;
        }
        Files.createDirectories(folder);
        if (symlinks && makeLink(path, folder.relativize(blob))) {
            return;
        }
        Path own = folder.resolve("." + random() + ".incomplete");
        try {
            if (newBlob) {
                Files.move(blob, path, StandardCopyOption.ATOMIC_MOVE);
            } else {
                copy(blob, own);
                Files.move(own, path, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            Files.deleteIfExists(own);
        }
    }

    /** False where the file system has no links, or the user may not make any. */
    private static boolean makeLink(Path path, Path target) throws IOException {
        try {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                Files.createSymbolicLink(path, target);
                return true;
            }
            Path own = path.resolveSibling("." + random() + ".link");
            Files.createSymbolicLink(own, target);
            Files.move(own, path, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (FileAlreadyExistsException anotherWasFirst) {
            return Files.isRegularFile(path);
        } catch (UnsupportedOperationException | FileSystemException none) {
            return false;
        }
    }

    /** Notes the revision's commit, exactly 40 characters, once its snapshot is there. A read-only cache stays as it is. */
    void refer(String commit) {
        if (RepoName.isCommit(repo.revision()) || !Files.isDirectory(cache.snapshot(commit))) {
            return;
        }
        Path reference = cache.reference();
        // Not beside it: what lies under refs is taken for a reference.
        Path own = cache.folder().resolve("." + random() + ".ref");
        try {
            if (Files.isRegularFile(reference) && Files.readString(reference).equals(commit)) {
                return;
            }
            Files.createDirectories(reference.getParent());
            Files.writeString(own, commit, StandardOpenOption.CREATE_NEW);
            Files.move(own, reference, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException readOnly) {
            own.toFile().delete();
        }
    }

    /** Notes that a commit has no such file. */
    void noteAbsence(String commit, String path) {
        try {
            Path absence = cache.absence(commit, path);
            Files.createDirectories(absence.getParent());
            Files.write(absence, new byte[0]);
        } catch (IOException readOnly) {
            // It spares a request only.
            return;
        }
    }

    private static String random() {
        return UUID.randomUUID().toString().substring(0, 8);
    }
}
