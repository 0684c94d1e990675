package org.lowrank.survey.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelReference;

/**
 * Checkpoints that are open, and those that are being fetched while another one is measured. What is spooled is fetched tensor by
 * tensor in the order in which it will be measured, so that measuring begins with the first one; a few at a time, since one
 * connection seldom fills the line.
 */
final class OpenRevisions implements AutoCloseable {
    private static final int AT_ONCE = 4;

    private final String model;
    private final SourceOptions source;
    private final LayerSelection selection;
    private final ExecutorService opening = Executors.newSingleThreadExecutor(OpenRevisions::daemon);
    private final ExecutorService fetching = Executors.newFixedThreadPool(AT_ONCE, OpenRevisions::daemon);
    private final Map<TracedRevision, Future<ModelAnalysis>> open = new LinkedHashMap<>();

    OpenRevisions(String model, SourceOptions source, LayerSelection selection) {
        this.model = model;
        this.source = source;
        this.selection = selection;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "lowrank-fetch");
        thread.setDaemon(true);
        return thread;
    }

    /** Begins to open and fetch a checkpoint, unless that has begun. */
    void start(TracedRevision revision) {
        if (!open.containsKey(revision)) {
            Callable<ModelAnalysis> task = () -> opened(revision);
            open.put(revision, opening.submit(task));
        }
    }

    private ModelAnalysis opened(TracedRevision revision) throws IOException, ModelNotFoundException {
        if (revision.reference() instanceof ModelReference.Local local && !Files.isDirectory(local.path())) {
            throw new ModelNotFoundException("no such checkpoint: " + local.path()
                    + ": there is no such folder; choose others with --revisions");
        }
        ModelAnalysis analysis = ModelAnalysis.open(revision.reference(), source, selection, Optional.of(model));
        if (source.downloadMode() == SourceOptions.DownloadMode.SPOOL
                && revision.reference() instanceof ModelReference.Hub) {
            for (TensorGroup group : TensorGroup.of(analysis.layers().matrices())) {
                fetching.execute(() -> fetch(group));
            }
        }
        return analysis;
    }

    /** What fails here fails again, and is told, where it is measured. */
    private static void fetch(TensorGroup group) {
        try {
            OpenGroup.open(group).close();
        } catch (IOException | RuntimeException later) {
            return;
        }
    }

    /**
     * An open checkpoint, waited for.
     *
     * @throws ModelNotFoundException if it does not exist or may not be read
     */
    ModelAnalysis get(TracedRevision revision) throws IOException, ModelNotFoundException, InterruptedException {
        start(revision);
        Future<ModelAnalysis> future = open.get(revision);
        try {
            return Objects.requireNonNull(future).get();
        } catch (ExecutionException e) {
            open.remove(revision);
            if (e.getCause() instanceof ModelNotFoundException notFound) {
                throw notFound;
            }
            throw SideBySide.thrown(e);
        }
    }

    /** Closes all but these. */
    void keepOnly(Collection<TracedRevision> kept) throws InterruptedException {
        for (TracedRevision revision : List.copyOf(open.keySet())) {
            if (!kept.contains(revision)) {
                Future<ModelAnalysis> future = Objects.requireNonNull(open.remove(revision));
                close(future);
            }
        }
    }

    private static void close(Future<ModelAnalysis> future) throws InterruptedException {
        try {
            future.get().close();
        } catch (ExecutionException | IOException nothingOpen) {
            return; // what was read of it is read
        }
    }

    @Override
    public void close() {
        opening.shutdown();
        fetching.shutdownNow();
        List<Future<ModelAnalysis>> left = new ArrayList<>(open.values());
        open.clear();
        for (Future<ModelAnalysis> future : left) {
            try {
                close(future);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
