package org.lowrank.analyzer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.stream.Collectors;
import org.lowrank.analyzer.layer.AdapterLayers;
import org.lowrank.analyzer.layer.LayerCatalog;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.layer.PipelineLayers;
import org.lowrank.weights.adapter.Adapter;
import org.lowrank.weights.adapter.AdapterReader;
import org.lowrank.weights.adapter.MergedCheckpoint;
import org.lowrank.weights.adapter.MergedFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.format.PipelineReader;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.reference.ModelSource;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * What a reference leads to: a model, an adapter by itself, or a base with an adapter merged into it.
 *
 * @param files of all of it
 * @param checkpoint its tensors; merged ones are computed when they are opened
 * @param layers all its layers
 * @param adapter what was read of it as an adapter, by itself
 * @param merged the adapter that is merged into it
 * @param open what is closed with it
 */
record OpenedModel(
        ModelFiles files,
        Checkpoint checkpoint,
        ModelLayers layers,
        Optional<Adapter> adapter,
        Optional<Adapter> merged,
        Deque<AutoCloseable> open)
        implements AutoCloseable {
    /**
     * Opens it.
     *
     * @param selection whether every matrix is wanted or those with a role
     * @throws ModelNotFoundException if a part of it does not exist or may not be read
     */
    static OpenedModel open(ModelReference reference, SourceOptions options, LayerSelection selection)
            throws IOException, ModelNotFoundException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        try {
            return reference instanceof ModelReference.Merged merged
                    ? merged(merged, options, selection, open)
                    : single(reference, options, selection, open);
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            for (AutoCloseable one : open) {
                try {
                    one.close();
                } catch (Exception second) {
                    e.addSuppressed(second);
                }
            }
            throw e;
        }
    }

    private static OpenedModel single(
            ModelReference reference, SourceOptions options, LayerSelection selection, Deque<AutoCloseable> open)
            throws IOException, ModelNotFoundException {
        ModelFiles files = ModelSource.resolve(reference, options);
        open.push(files);
        if (PipelineReader.isPipeline(files)) {
            PipelineReader reader = new PipelineReader(files);
            open.push(reader);
            PipelineReader.Parts pipeline = reader.read();
            return new OpenedModel(
                    files,
                    pipeline.whole(),
                    PipelineLayers.of(pipeline, selection),
                    Optional.empty(),
                    Optional.empty(),
                    open);
        }
        Checkpoint checkpoint = read(files, open);
        if (AdapterReader.isAdapter(checkpoint)) {
            Adapter adapter = AdapterReader.read(files, checkpoint);
            return new OpenedModel(
                    files, checkpoint, AdapterLayers.of(adapter), Optional.of(adapter), Optional.empty(), open);
        }
        return new OpenedModel(
                files,
                checkpoint,
                LayerCatalog.resolve(checkpoint, selection),
                Optional.empty(),
                Optional.empty(),
                open);
    }

    private static OpenedModel merged(
            ModelReference.Merged reference, SourceOptions options, LayerSelection selection, Deque<AutoCloseable> open)
            throws IOException, ModelNotFoundException {
        ModelFiles baseFiles = ModelSource.resolve(reference.base(), options);
        open.push(baseFiles);
        Checkpoint base = read(baseFiles, open);
        // A revision told by an option is the base's.
        ModelFiles adapterFiles = ModelSource.resolve(reference.adapter(), options.withoutRevision());
        open.push(adapterFiles);
        Checkpoint factors = read(adapterFiles, open);
        Adapter adapter = AdapterReader.read(adapterFiles, factors);
        Checkpoint merged = MergedCheckpoint.of(base, factors, adapter);
        return new OpenedModel(
                new MergedFiles(baseFiles, adapterFiles),
                merged,
                LayerCatalog.resolve(merged, selection),
                Optional.empty(),
                Optional.of(adapter),
                open);
    }

    /** What of an adapter's settings changes numbers: path and scale of every product. */
    String settings() {
        return adapter.or(() -> merged).stream()
                .flatMap(own -> own.targets().stream())
                .map(target -> target.path() + "=" + target.product().scale())
                .collect(Collectors.joining("\n"));
    }

    private static Checkpoint read(ModelFiles files, Deque<AutoCloseable> open)
            throws IOException, ModelNotFoundException {
        CheckpointReader reader = new CheckpointReader(files);
        open.push(reader);
        return reader.read();
    }

    @Override
    public void close() throws IOException {
        IOException first = null;
        for (AutoCloseable one : open) {
            try {
                one.close();
            } catch (IOException e) {
                first = first == null ? e : first;
            } catch (Exception e) {
                first = first == null ? new IOException(e) : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
