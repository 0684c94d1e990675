package org.lowrank.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.reference.ModelSource;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** A checkpoint with its files, open until closed. */
public final class OpenModel implements ModelInput, AutoCloseable {
    private final String reference;
    private final ModelFiles files;
    private final CheckpointReader reader;
    private final Checkpoint checkpoint;
    private final Map<String, Tensor> byName = new LinkedHashMap<>();

    private OpenModel(String reference, ModelFiles files, CheckpointReader reader, Checkpoint checkpoint) {
        this.reference = reference;
        this.files = files;
        this.reader = reader;
        this.checkpoint = checkpoint;
        checkpoint.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /** Finds a model and reads its headers. */
    public static OpenModel open(String reference, SourceOptions options) throws IOException, ModelNotFoundException {
        ModelFiles files = ModelSource.resolve(reference, options);
        CheckpointReader reader = new CheckpointReader(files);
        try {
            return new OpenModel(reference, files, reader, reader.read());
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            reader.close();
            files.close();
            throw e;
        }
    }

    @Override
    public String reference() {
        return reference;
    }

    @Override
    public ModelFiles.Provenance provenance() {
        return files.provenance();
    }

    @Override
    public JsonNode config() {
        return checkpoint.config();
    }

    @Override
    public Collection<Tensor> tensors() {
        return byName.values();
    }

    @Override
    public Optional<Tensor> tensor(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The tensors as read. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Its files. */
    public ModelFiles files() {
        return files;
    }

    /** The weight files with their sizes, and hashes where the source tells them. */
    public List<ModelFiles.FileEntry> weightFiles() throws IOException, ModelNotFoundException {
        return files.list().stream()
                .filter(entry -> checkpoint.files().contains(entry.name()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        reader.close();
        files.close();
    }
}
