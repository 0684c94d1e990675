package org.lowrank.weights.hub;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MappedFile;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.TransferProgress;

/** A snapshot of which only the wanted ranges are fetched; nothing is written to disk. What is cached anyway is used. */
final class StreamedHubFiles implements ModelFiles {
    private final HubSnapshot snapshot;
    private final HubCache cache;
    private final TransferProgress progress;
    private final List<RangedSource> opened = new CopyOnWriteArrayList<>();

    StreamedHubFiles(HubSnapshot snapshot, HubCache cache, TransferProgress progress) {
        this.snapshot = snapshot;
        this.cache = cache;
        this.progress = progress;
    }

    @Override
    public Provenance provenance() {
        HubApi api = snapshot.api();
        return snapshot.provenance(
                "Hugging Face Hub (stream)",
                api.client().settings().endpoint() + "/" + api.repo().id() + "/tree/" + snapshot.commit());
    }

    @Override
    public List<FileEntry> list() {
        return snapshot.files().stream().map(HubFile::entry).toList();
    }

    @Override
    public ByteSource open(String name) throws IOException, ModelNotFoundException {
        HubFile file = snapshot.file(name).orElse(null);
        if (file == null) {
            throw snapshot.missing(name);
        }
        if (cache.holds(snapshot.commit(), file)) {
            return MappedFile.open(cache.file(snapshot.commit(), name), name);
        }
        RangedSource source = new RangedSource(snapshot.remote(file), progress);
        opened.add(source);
        return source;
    }

    @Override
    public void close() {
        opened.forEach(RangedSource::close);
    }
}
