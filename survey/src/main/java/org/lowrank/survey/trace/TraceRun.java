package org.lowrank.survey.trace;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.MeasuringRun;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.machine.program.Program;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ReportWriteException;
import org.lowrank.survey.trace.TraceSettings.Distances;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/**
 * Measures the checkpoints of a training, each as {@code analyze} measures a model, while the next one is fetched; and how far each
 * is from the one before and from the last. The last is measured first, since it is needed throughout.
 *
 * <pre>{@code
 * MeasureOptions options = MeasureOptions.defaults();
 * TrainingRun run = TrainingRun.of(ModelReference.parse("EleutherAI/pythia-70m"), RevisionChoice.of("step*"), options.source());
 * TraceRun.of(run, options, TraceSettings.DEFAULT, OutputDirectory.open(Path.of("out")), TraceListener.NONE)
 *         .ifPresent(result -> System.out.println(result.findings()));
 * }</pre>
 */
public final class TraceRun {
    private static final int AHEAD = 2;

    private final TrainingRun training;
    private final Distances distances;
    private final TraceListener listener;
    private final MeasuringRun run;
    private final TraceStore store;
    private final OpenRevisions open;
    private final Map<TracedRevision, MeasuredStep> done = new LinkedHashMap<>();
    private final Map<String, MeasuredStep> byContent = new HashMap<>();
    private final PairDistances pairs;
    private final List<TraceResult.Failure> failures = new ArrayList<>();
    private final Map<TracedRevision, String> keys = new HashMap<>();

    private TraceRun(
            TrainingRun training,
            MeasureOptions options,
            TraceSettings settings,
            TraceListener listener,
            MeasuringRun run,
            TraceStore store,
            OpenRevisions open) {
        this.training = training;
        this.distances = settings.distances();
        this.listener = listener;
        this.run = run;
        this.store = store;
        this.open = open;
        this.pairs = new PairDistances(store, open, options.threads());
    }

    /**
     * Traces a run. What is measured is kept in the directory at once, so that the same call goes on where it was stopped.
     *
     * @param directory of the results
     * @return empty where no checkpoint could be measured
     * @throws ReportWriteException if what was measured cannot be kept
     * @throws InterruptedException if the thread is interrupted
     */
    public static Optional<TraceResult> of(
            TrainingRun training,
            MeasureOptions options,
            TraceSettings settings,
            OutputDirectory directory,
            TraceListener listener)
            throws IOException, InterruptedException {
        try (MeasuringRun run = new MeasuringRun(options);
                OpenRevisions open = new OpenRevisions(training.model(), options.source(), options.selection())) {
            String how = String.join(
                    "\n", run.tool().kernels(), "" + options.accuracy(), "" + options.selection(), Program.version());
            TraceStore store = new TraceStore(directory, how, !settings.again());
            return new TraceRun(training, options, settings, listener, run, store, open).trace();
        }
    }

    private Optional<TraceResult> trace() throws IOException, InterruptedException {
        for (TracedRevision revision : training.revisions()) {
            keyBefore(revision).ifPresent(key -> keys.put(revision, key));
        }
        List<TracedRevision> ascending = new ArrayList<>(training.revisions());
        TracedRevision last = null;
        while (distances == Distances.ALL && last == null && !ascending.isEmpty()) {
            TracedRevision candidate = ascending.remove(ascending.size() - 1);
            last = measure(candidate, next(ascending, -1, candidate)) ? candidate : null;
        }
        TracedRevision previous = null;
        for (int i = 0; i < ascending.size(); i++) {
            TracedRevision revision = ascending.get(i);
            List<TracedRevision> ahead = next(ascending, i, last);
            open.keepOnly(present(previous, revision, ahead, last));
            if (measure(revision, ahead)) {
                previous = moved(previous, revision, last);
            }
        }
        if (last != null && previous != null) {
            pair(previous, last);
        }
        return done.isEmpty()
                ? Optional.empty()
                : Optional.of(TraceAssembly.of(this::distance, last != null, steps(), training, run, failures));
    }

    private static Set<TracedRevision> present(
            @Nullable TracedRevision previous,
            TracedRevision revision,
            List<TracedRevision> ahead,
            @Nullable TracedRevision last) {
        Set<TracedRevision> present = new HashSet<>(ahead);
        present.add(revision);
        if (previous != null) {
            present.add(previous);
        }
        if (last != null) {
            present.add(last);
        }
        return present;
    }

    /**
     * The next two checkpoints that will be read: so the line is busy also while one takes longer to measure than the next to fetch.
     */
    private List<TracedRevision> next(List<TracedRevision> ascending, int from, @Nullable TracedRevision last) {
        List<TracedRevision> next = new ArrayList<>();
        for (int i = from + 1; i < ascending.size() && next.size() < AHEAD; i++) {
            String key = keys.get(ascending.get(i));
            if (key == null || !store.hasStep(key) || (last != null && lacksDistance(key, last))) {
                next.add(ascending.get(i));
            }
        }
        return next;
    }

    private boolean lacksDistance(String key, TracedRevision last) {
        MeasuredStep measured = done.get(last);
        String ofLast = measured == null ? keys.getOrDefault(last, "") : measured.key();
        return !store.hasPair(key, ofLast);
    }

    private Optional<String> keyBefore(TracedRevision revision) {
        try {
            return store.key(revision, revision.commit());
        } catch (IOException unreadable) {
            return Optional.empty(); // measuring says so
        }
    }

    /**
     * Measures a checkpoint, or takes what was kept.
     *
     * @param ahead fetched meanwhile
     * @return false where it fails
     */
    private boolean measure(TracedRevision revision, List<TracedRevision> ahead)
            throws IOException, InterruptedException {
        listener.begins(
                revision,
                done.size() + failures.size() + 1,
                training.revisions().size());
        try {
            String key = keys.get(revision);
            Optional<SavedStep> saved = key == null ? Optional.empty() : store.step(key);
            if (saved.isEmpty()) {
                open.start(revision);
            }
            ahead.forEach(open::start);
            if (key != null && saved.isPresent()) {
                keep(revision, key, saved.get(), true);
            } else {
                fresh(revision);
            }
            return true;
        } catch (ReportWriteException | InterruptedException e) {
            throw e;
        } catch (IOException | ModelNotFoundException | RuntimeException | Error e) {
            failures.add(TraceResult.Failure.of(revision, "", e));
            listener.failed(revision, e);
            return false;
        }
    }

    private void fresh(TracedRevision revision) throws IOException, ModelNotFoundException, InterruptedException {
        ModelAnalysis model = open.get(revision);
        String key = store.key(revision, model.provenance().revision())
                .orElseThrow(() -> new IOException("no commit: "
                        + revision.reference().text() + ": its source does not tell which it is; run again"));
        Optional<SavedStep> known = store.step(key);
        if (known.isPresent()) {
            keep(revision, key, known.get(), true);
            return;
        }
        String content = content(revision, model);
        MeasuredStep same = content.isEmpty() ? null : byContent.get(content);
        SavedStep saved = same == null
                ? SavedStep.of(
                        content,
                        run.measure(
                                model,
                                Optional.empty(),
                                (number, total, matrix) -> listener.measured(revision, number, total)))
                : same.saved().ofRevision(model.model(""));
        store.save(key, saved);
        keep(revision, key, saved, false);
    }

    /** What its source announces; of a folder, what its bytes are. */
    private String content(TracedRevision revision, ModelAnalysis model)
            throws IOException, ModelNotFoundException, InterruptedException {
        Optional<String> announced = model.announcedContent();
        if (announced.isPresent() || !(revision.reference() instanceof ModelReference.Local)) {
            return announced.orElse("");
        }
        LocalContent own = LocalContent.of(model);
        String sampled = own.sampled();
        MeasuredStep known = byContent.get(sampled);
        return known == null || own.equalsThoseOf(LocalContent.of(open.get(known.origin()))) ? sampled : own.whole();
    }

    private void keep(TracedRevision revision, String key, SavedStep saved, boolean reused) {
        MeasuredStep own = new MeasuredStep(revision, key, saved);
        MeasuredStep first = saved.content().isEmpty() ? own : byContent.getOrDefault(saved.content(), own);
        byContent.putIfAbsent(saved.content(), own);
        done.put(revision, new MeasuredStep(first.origin(), first.key(), saved));
        if (first.origin().equals(revision)) {
            listener.ends(revision, reused, saved.warnings());
        } else {
            listener.duplicate(revision, first.origin());
        }
    }

    /** Distances of a checkpoint just measured; gives the one the next is compared with. */
    private @Nullable TracedRevision moved(
            @Nullable TracedRevision previous, TracedRevision revision, @Nullable TracedRevision last)
            throws IOException, InterruptedException {
        TracedRevision origin = origin(revision);
        if (!origin.equals(revision) && (last == null || !origin.equals(origin(last)))) {
            return previous; // the weights of an earlier one
        }
        if (previous != null && distances != Distances.NONE) {
            pair(previous, revision);
        }
        if (last != null) {
            pair(revision, last);
        }
        return revision;
    }

    private TracedRevision origin(TracedRevision revision) {
        return Objects.requireNonNull(done.get(revision)).origin();
    }

    /** Measures the distances of two checkpoints, unless they are kept; where that fails, the second is named and has none. */
    private void pair(TracedRevision a, TracedRevision b) throws IOException, InterruptedException {
        try {
            pairs.measure(Objects.requireNonNull(done.get(a)), Objects.requireNonNull(done.get(b)));
        } catch (ReportWriteException | InterruptedException e) {
            throw e;
        } catch (IOException | ModelNotFoundException | RuntimeException e) {
            failures.add(TraceResult.Failure.of(b, "no distance from " + a.name() + ": ", e));
            listener.failed(b, e);
        }
    }

    private @Nullable Map<MatrixId, Double> distance(SavedStep a, SavedStep b) {
        return pairs.between(measured(a), measured(b));
    }

    private MeasuredStep measured(SavedStep step) {
        return done.values().stream()
                .filter(one -> one.saved().equals(step))
                .findFirst()
                .orElseThrow();
    }

    private Map<TracedRevision, SavedStep> steps() {
        Map<TracedRevision, SavedStep> steps = new LinkedHashMap<>();
        for (TracedRevision revision : training.revisions()) {
            MeasuredStep measured = done.get(revision);
            if (measured != null) {
                steps.put(revision, measured.saved());
            }
        }
        return steps;
    }
}
