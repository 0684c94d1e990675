package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/** A snapshot whose files are downloaded into the standard cache when they are opened, and verified. */
final class CachedHubFiles implements ModelFiles {
    private static final int AT_ONCE = 4;
    private static final String INSTEAD = "; set HF_HOME to a directory with room, or use --download stream";

    private final HubSnapshot snapshot;
    private final HubCache cache;
    private final CacheWriter writer;
    private final TransferProgress progress;
    private final VerifiedFiles verified;

    CachedHubFiles(HubSnapshot snapshot, HubCache cache, TransferProgress progress) {
        this.snapshot = snapshot;
        this.cache = cache;
        this.writer = new CacheWriter(
                cache, snapshot.api().repo(), snapshot.api().client().settings().symlinks());
        this.progress = progress;
        this.verified = snapshot.verifiedFiles(progress);
    }

    @Override
    public Provenance provenance() {
        return snapshot.provenance(
                "Hugging Face Hub (cache)", cache.snapshot(snapshot.commit()).toString());
    }

    @Override
    public List<FileEntry> list() {
        return snapshot.files().stream().map(HubFile::entry).toList();
    }

    @Override
    public void prefetch(List<String> names) throws IOException, ModelNotFoundException {
        List<HubFile> wanted = new ArrayList<>();
        for (String name : new LinkedHashSet<>(names)) {
            Optional<HubFile> file = snapshot.file(name);
            if (file.isPresent() && !cache.holds(snapshot.commit(), file.get())) {
                wanted.add(file.get());
            }
        }
        if (wanted.size() > 1) {
            fetchAll(wanted);
        } else if (wanted.size() == 1) {
            fetch(wanted.get(0));
        }
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        Path path = cache.file(snapshot.commit(), name);
        Optional<HubFile> file = snapshot.file(name);
        if (file.isEmpty()) {
            writer.noteAbsence(snapshot.commit(), name);
            throw snapshot.missing(name);
        }
        if (!cache.holds(snapshot.commit(), file.get())) {
            fetch(file.get());
        }
        verified.require(path, file.get());
        writer.refer(snapshot.commit());
        return MappedFile.open(path, name);
    }

    @Override
    public String naming(String path) {
        return snapshot.naming(path);
    }

    /** The hash, which the content was compared with when the file was opened. */
    @Override
    public Optional<String> stamp(String name) {
        return snapshot.file(name).map(HubFile::etag);
    }

    private void fetch(HubFile file) throws IOException, ModelNotFoundException {
        checkRoom(List.of(file));
        AtomicLong done = new AtomicLong();
        fetch(file, n -> progress.transferred(file.path(), done.addAndGet(n), file.size()));
    }

    private void fetchAll(List<HubFile> files) throws IOException, ModelNotFoundException {
        checkRoom(files);
        String label = files.size() + " files of " + snapshot.api().repo().id();
        long total = sum(files);
        AtomicLong done = new AtomicLong();
        LongConsumer arrived = n -> progress.transferred(label, done.addAndGet(n), total);
        // After a failure the others end too; what they have is kept and taken up next time.
        try (SideBySide<HubFile> downloads =
                new SideBySide<>("hub-download", Math.min(AT_ONCE, files.size()), Duration.ofSeconds(5))) {
            files.forEach(file -> downloads.start(() -> {
                fetch(file, arrived);
                return file;
            }));
            for (int i = 0; i < files.size(); i++) {
                downloads.next();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("download interrupted");
        } catch (IOException e) {
            if (e.getCause() instanceof ModelNotFoundException notFound) {
                throw notFound;
            }
            throw e;
        }
    }

    private void fetch(HubFile file, LongConsumer arrived) throws IOException, ModelNotFoundException {
        try (CacheWriter.Held held = writer.lock(file.etag())) {
            writer.prepare(snapshot.commit());
            Path blob = cache.blob(file.etag());
            boolean fetched = false;
            boolean known = Files.isRegularFile(blob) && Files.size(blob) == file.size();
            if (known) {
                arrived.accept(file.size());
            } else if (!cache.holds(snapshot.commit(), file)) { // else another process was first
                new HubDownload(snapshot.remote(file), arrived)
                        .run(cache.unfinished(), snapshot.api().repo().id(), done -> writer.keep(done, file.etag()));
                fetched = true;
            }
            if (Files.isRegularFile(blob)) {
                writer.link(snapshot.commit(), file, !known);
            }
            if (fetched) {
                verified.note(cache.file(snapshot.commit(), file.path()), file.etag());
            }
            writer.refer(snapshot.commit());
        } catch (FileSystemException e) {
            String reason = e instanceof AccessDeniedException ? "not writable" : String.valueOf(e.getReason());
            throw new IOException("cannot keep " + file.path() + ": " + e.getFile() + ": " + reason + INSTEAD, e);
        }
        if (!cache.holds(snapshot.commit(), file)) {
            throw new MalformedWeightsException("damaged cache: " + cache.file(snapshot.commit(), file.path())
                    + ": not the " + file.size() + " bytes that were downloaded; delete it and run again");
        }
    }

    /** The largest long where it is none. */
    private static long sum(List<HubFile> files) {
        return files.stream()
                .mapToLong(HubFile::size)
                .reduce(0, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
    }

    private void checkRoom(List<HubFile> files) throws IOException {
        long needed = sum(files);
        Path existing = cache.folder();
        while (existing.getParent() != null && !Files.isDirectory(existing)) {
            existing = existing.getParent();
        }
        long room = Files.getFileStore(existing).getUsableSpace();
        if (needed > room) {
            throw new IOException("not enough room: " + existing + ": " + needed + " bytes are to be downloaded but "
                    + room + " are free" + INSTEAD);
        }
    }

    @Override
    public void close() {
        // Nothing is open between calls.
    }
}
