package org.lowrank.weights.hub;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.bytes.Ranges;
import org.lowrank.weights.bytes.SpooledSource;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * A snapshot of which only the wanted ranges are fetched; nothing is written to disk, or only until it is closed, so that a range that
 * is read again is not fetched again. What is cached anyway is used.
 */
final class StreamedHubFiles implements ModelFiles {
    private static final int LARGEST_WHOLE = 16 << 20;

    private final HubSnapshot snapshot;
    private final HubCache cache;
    private final TransferProgress progress;
    private final Optional<Path> spool;
    private final List<ByteSource> opened = new CopyOnWriteArrayList<>();
    private final Set<String> verified = ConcurrentHashMap.newKeySet();

    /**
     * Of a snapshot.
     *
     * @param spool where ranges are held until this is closed; empty for nowhere
     */
    StreamedHubFiles(HubSnapshot snapshot, HubCache cache, TransferProgress progress, Optional<Path> spool) {
        this.snapshot = snapshot;
        this.cache = cache;
        this.progress = progress;
        this.spool = spool;
    }

    /** The Hub gives no hash of a part of a file: what was streamed is used as it came, and said to be. */
    @Override
    public Provenance provenance() {
        HubApi api = snapshot.api();
        Provenance known = snapshot.provenance(
                "Hugging Face Hub (stream)",
                api.client().settings().endpoint() + "/" + api.repo().id() + "/tree/" + snapshot.commit());
        if (opened.isEmpty()) {
            return known;
        }
        List<String> notes = new ArrayList<>(known.notes());
        notes.add(
                "the weights were streamed and not verified: the Hub has no hash for parts of a file; --download cache"
                        + " verifies them");
        return new Provenance(known.model(), known.revision(), known.source(), known.location(), notes);
    }

    /** Only hashes that the content was compared with. */
    @Override
    public List<FileEntry> list() {
        return snapshot.files().stream()
                .map(file -> verified.contains(file.path())
                        ? file.entry()
                        : new FileEntry(file.path(), file.size(), Optional.empty()))
                .toList();
    }

    @Override
    public String naming(String path) {
        return snapshot.naming(path);
    }

    @Override
    public Optional<String> stamp(String name) {
        return snapshot.file(name).filter(file -> verified.contains(name)).map(HubFile::etag);
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        HubFile file = snapshot.file(name).orElse(null);
        if (file == null) {
            throw snapshot.missing(name);
        }
        if (cache.holds(snapshot.commit(), file)) {
            snapshot.verifiedFiles(progress).require(cache.file(snapshot.commit(), name), file);
            verified.add(name);
            return MappedFile.open(cache.file(snapshot.commit(), name), name);
        }
        RangedSource source = new RangedSource(snapshot.remote(file), progress);
        if (!HubFile.isSha256(file.etag()) && file.size() <= LARGEST_WHOLE) {
            return whole(source, file);
        }
        ByteSource kept = spool.isPresent() ? SpooledSource.open(source, spool.get()) : source;
        opened.add(kept);
        return kept;
    }

    @Override
    public Optional<String> announcedHash(String name) {
        return snapshot.file(name).map(HubFile::etag).filter(HubFile::isSha256);
    }

    /** A small file, which is read whole anyway, can be verified. */
    private ByteSource whole(RangedSource source, HubFile file) throws IOException {
        OffHeap copy;
        try (source;
                ByteSource.Region region = source.read(0, (int) file.size())) {
            copy = OffHeap.allocate((int) file.size());
            copy.bytes().put(region.bytes());
        }
        MessageDigest digest = file.digest();
        digest.update(copy.bytes());
        if (!HexFormat.of().formatHex(digest.digest()).equals(file.etag())) {
            copy.close();
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "corrupted download: " + file.path() + ": its content is not what the Hub's hash " + file.etag()
                            + " says; run again later");
        }
        verified.add(file.path());
        return new Fetched(file.path(), copy);
    }

    /** A verified file in memory. */
    private record Fetched(String name, OffHeap content) implements ByteSource {
        @Override
        public long size() {
            return content.bytes().capacity();
        }

        @Override
        public Region read(long offset, int length) throws MalformedWeightsException {
            Ranges.check(this, offset, length);
            OffHeap copy = OffHeap.allocate(length);
            copy.bytes().put(content.bytes().slice((int) offset, length));
            return copy;
        }

        @Override
        public void close() {
            content.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (ByteSource source : opened) {
            source.close();
        }
    }
}
