package org.lowrank.merge;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import org.lowrank.analyzer.layer.PyTorchLayout;
import org.lowrank.weights.adapter.Adapter;
import org.lowrank.weights.adapter.AdapterReader;
import org.lowrank.weights.adapter.MergedCheckpoint;
import org.lowrank.weights.adapter.MergedFiles;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.reference.ModelSource;
import org.lowrank.weights.tensor.Checkpoint;
import org.lowrank.weights.tensor.Tensor;

/** A checkpoint with its files, open until closed. */
public final class OpenModel implements ModelInput, AutoCloseable {
    private final String reference;
    private final ModelFiles files;
    private final Checkpoint checkpoint;
    private final Deque<AutoCloseable> open;
    private final Map<String, Tensor> byName = new LinkedHashMap<>();

    private OpenModel(String reference, ModelFiles files, Checkpoint checkpoint, Deque<AutoCloseable> open) {
        this.reference = reference;
        this.files = files;
        this.checkpoint = checkpoint;
        this.open = open;
        checkpoint.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /** Finds a model and reads its headers; {@code BASE+ADAPTER} is the base with W + s·B·A where the adapter has factors. */
    public static OpenModel open(String reference, SourceOptions options) throws IOException, ModelNotFoundException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            ModelReference parsed = ModelReference.parse(reference);
            if (parsed instanceof ModelReference.Merged merged) {
                return merged(merged, options, open);
            }
            ModelFiles files = ModelSource.resolve(parsed, options);
            return new OpenModel(reference, files, read(files, open), open);
        } catch (MalformedWeightsException e) {
            closeAll(open);
            throw ofModel(reference, e);
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            closeAll(open);
            throw e;
        }
    }

    /** Files of the same name lie in most models: the error says whose it is. */
    private static MalformedWeightsException ofModel(String reference, MalformedWeightsException met) {
        String message = String.valueOf(met.getMessage());
        return message.contains(reference)
                ? met
                : new MalformedWeightsException(
                        met.flaw(), message.replaceFirst(": ", ": " + Matcher.quoteReplacement(reference) + ": "), met);
    }

    /** Whether it is an adapter alone, which is merged as part of its base. */
    boolean isAdapter() {
        return AdapterReader.isAdapter(checkpoint);
    }

    private static OpenModel merged(ModelReference.Merged reference, SourceOptions options, Deque<AutoCloseable> open)
            throws IOException, ModelNotFoundException {
        ModelFiles baseFiles = ModelSource.resolve(reference.base(), options);
        Checkpoint base = read(baseFiles, open);
        ModelFiles adapterFiles = ModelSource.resolve(reference.adapter(), options.withoutRevision());
        Checkpoint factors = read(adapterFiles, open);
        Adapter adapter = AdapterReader.read(adapterFiles, factors);
        Checkpoint checkpoint = MergedCheckpoint.of(base, factors, adapter);
        return new OpenModel(reference.text(), new MergedFiles(baseFiles, adapterFiles), checkpoint, open);
    }

    private static Checkpoint read(ModelFiles files, Deque<AutoCloseable> open)
            throws IOException, ModelNotFoundException {
        open.push(files);
        CheckpointReader reader = new CheckpointReader(files);
        open.push(reader);
        return PyTorchLayout.of(reader.read());
    }

    private static void closeAll(Deque<AutoCloseable> open) throws IOException {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
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

    /** Where one of its files comes from, in words. */
    String source(String file) {
        return (files instanceof MergedFiles merged ? merged.owner(file) : files)
                .provenance()
                .source();
    }

    /** The weight files with their sizes, and hashes where the source tells them. */
    public List<ModelFiles.FileEntry> weightFiles() throws IOException, ModelNotFoundException {
        return files.list().stream()
                .filter(entry -> checkpoint.files().contains(entry.name()))
                .toList();
    }

    @Override
    public void close() throws IOException {
        closeAll(open);
    }
}
