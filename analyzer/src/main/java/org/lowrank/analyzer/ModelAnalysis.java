package org.lowrank.analyzer;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.ModelLayers;
import org.lowrank.analyzer.layer.NothingSelectedException;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.adapter.Adapter;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.LostMemory;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.tensor.Checkpoint;

/** A model open for reading, from its name to its layers: source → tensors → layer matrices. */
public final class ModelAnalysis implements AutoCloseable {
    private final OpenedModel opened;
    private final ModelFiles files;
    private final ReadFiles read;
    private final ModelFiles.Provenance provenance;
    private final Checkpoint checkpoint;
    private final ModelLayers layers;
    private final LayerSelection selection;
    private final Map<String, Double> seconds;

    private ModelAnalysis(
            OpenedModel opened,
            ModelFiles.Provenance provenance,
            ModelLayers layers,
            LayerSelection selection,
            Map<String, Double> seconds) {
        this.opened = opened;
        this.files = opened.files();
        this.provenance = provenance;
        this.checkpoint = opened.checkpoint();
        this.read = new ReadFiles(files, checkpoint);
        this.layers = layers;
        this.selection = selection;
        this.seconds = seconds;
    }

    /**
     * Finds a model, reads its headers and finds its layers.
     *
     * @throws ModelNotFoundException if it does not exist or may not be read
     * @throws MalformedWeightsException if it is malformed, incomplete, or of an unknown kind
     * @throws NothingSelectedException if no matrix of the model is selected
     */
    public static ModelAnalysis open(String reference, SourceOptions options, LayerSelection selection)
            throws IOException, ModelNotFoundException {
        return open(ModelReference.parse(reference), options, selection, Optional.empty());
    }

    /**
     * The same under another name than the model's own, which another model of the run has too.
     *
     * @param name to report
     */
    public static ModelAnalysis open(
            ModelReference reference, SourceOptions options, LayerSelection selection, Optional<String> name)
            throws IOException, ModelNotFoundException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        long start = System.nanoTime();
        OpenedModel opened = OpenedModel.open(reference, options, selection);
        try {
            seconds.put("open", since(start));
            ModelLayers layers = selection.apply(opened.layers());
            if (layers.matrices().isEmpty()) {
                throw new NothingSelectedException("nothing selected: " + reference.text() + ": no matrix of its "
                        + layers.card().layers() + " layers fits --layers and --matrices; choose others");
            }
            ModelFiles.Provenance own = opened.files().provenance();
            ModelFiles.Provenance provenance = name.map(own::withModel).orElse(own);
            return new ModelAnalysis(opened, provenance, layers, selection, seconds);
        } catch (RuntimeException e) {
            try (opened) {
                throw e;
            }
        }
    }

    /** Its files. */
    public ModelFiles files() {
        return files;
    }

    /** Where the model comes from, and what it is called in results. */
    public ModelFiles.Provenance provenance() {
        return provenance;
    }

    /** Records how long a phase took. */
    public void took(String phase, double time) {
        seconds.put(phase, time);
    }

    /** All tensors. */
    public Checkpoint checkpoint() {
        return checkpoint;
    }

    /** What was read of it as an adapter, where it is one by itself. */
    public Optional<Adapter> adapter() {
        return opened.adapter();
    }

    /**
     * How many layers each stack of the whole model has, selected or not; empty for an adapter, whose layers are named after its
     * base's.
     */
    public Map<String, Integer> depths() {
        Map<String, Set<Integer>> layersOf = new LinkedHashMap<>();
        if (opened.adapter().isEmpty()) {
            opened.layers().matrices().stream()
                    .map(LayerMatrix::id)
                    .filter(id -> id.layer() != MatrixId.NO_LAYER)
                    .forEach(id -> layersOf.computeIfAbsent(id.stack(), stack -> new HashSet<>())
                            .add(id.layer()));
        }
        Map<String, Integer> depths = new LinkedHashMap<>();
        layersOf.forEach((stack, numbers) -> depths.put(stack, numbers.size()));
        return depths;
    }

    /** The selected layers. */
    public ModelLayers layers() {
        return layers;
    }

    /** Bytes of the tensors that are read for the measurement. */
    public long bytesToRead() {
        return layers.matrices().stream()
                .flatMap(matrix -> matrix.parts().stream())
                .map(part -> part.tensor())
                .distinct()
                .mapToLong(tensor -> tensor.storedBytes())
                .sum();
    }

    /** The weight files that hold them. */
    List<ModelFiles.FileEntry> weightFiles() throws IOException, ModelNotFoundException {
        return read.weights();
    }

    /** Bytes of the weight files that hold them, −1 where not known. */
    public long bytesOfFiles() throws IOException, ModelNotFoundException {
        return read.bytes();
    }

    /**
     * What tells these weights from others before any is read: the hashes the source announces of the files that hold them, and the
     * layers found in them. Equal ones measure alike.
     *
     * @return empty where the source announces no hash of one of the files
     */
    public Optional<String> announcedContent() throws IOException, ModelNotFoundException {
        return read.announced().map(hashes -> hashes + layers.card());
    }

    /**
     * Measures, or takes what is saved where it was measured from the same bytes in the same way by the same version.
     *
     * @param version of this program
     */
    public ModelOutcome measure(
            SpectralEngine engine,
            SpectralOptions options,
            int threads,
            String version,
            Optional<AnalysisResult> saved,
            ModelMeasurer.Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        String fingerprint = fingerprint(engine, options, version);
        Optional<ModelOutcome> same =
                saved.flatMap(result -> ModelOutcome.saved(result, provenance.model(), fingerprint));
        if (same.isPresent()) {
            return same.get();
        }
        long start = System.nanoTime();
        List<MatrixMeasurement> rows = measure(engine, options, threads, layers.matrices(), progress);
        seconds.put("measure", since(start));
        if (!fingerprint.equals(fingerprint(engine, options, version))) {
            throw changed();
        }
        return outcome(fingerprint, rows);
    }

    /**
     * Measures some of its matrices. Those that share tensors belong into one call; then each row is the same to the last bit as
     * in a measurement of all.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public List<MatrixMeasurement> measure(
            SpectralEngine engine,
            SpectralOptions options,
            int threads,
            List<LayerMatrix> matrices,
            ModelMeasurer.Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        List<ModelFiles.FileEntry> before = read.weights();
        try {
            return new ModelMeasurer(engine, options, threads)
                    .measure(provenance.model(), provenance.revision(), matrices, progress);
        } catch (InternalError e) {
            throw LostMemory.named(e, files, before);
        }
    }

    /**
     * What the model gave.
     *
     * @param rows of all its matrices, in their order
     */
    public ModelOutcome outcome(String fingerprint, List<MatrixMeasurement> rows)
            throws IOException, ModelNotFoundException {
        return ModelOutcome.of(this, fingerprint, rows);
    }

    /**
     * Of what a measurement of it would give: equal ones mean equal numbers. Empty where the content of a weight file cannot be
     * told from another's.
     *
     * @param version of this program
     */
    public String fingerprint(SpectralEngine engine, SpectralOptions options, String version)
            throws IOException, ModelNotFoundException {
        return ResultFingerprint.of(files, read.all(), provenance, how(engine, options, version));
    }

    /**
     * The same where the weights are known by their commit alone: they came by the network as the commit's, and nothing they could
     * be compared with. Empty where there is no commit either.
     */
    public String identity(SpectralEngine engine, SpectralOptions options, String version)
            throws IOException, ModelNotFoundException {
        String verified = fingerprint(engine, options, version);
        return verified.isEmpty()
                ? ResultFingerprint.ofCommit(read.all(), provenance, how(engine, options, version))
                : verified;
    }

    private String how(SpectralEngine engine, SpectralOptions options, String version) {
        return String.join(
                "\n",
                "" + checkpoint.config(),
                opened.settings(),
                "" + selection,
                engine.description(),
                "" + options,
                version,
                "" + AnalysisResult.SCHEMA_VERSION);
    }

    /** Numbers of a file that changed while it was measured are of neither content. */
    public MalformedWeightsException changed() throws IOException, ModelNotFoundException {
        return new MalformedWeightsException("changed file: "
                + read.weights().stream().map(ModelFiles.FileEntry::name).collect(Collectors.joining(", "))
                + ": changed, replaced or shortened while being read; run again when it is whole");
    }

    /** The model as it goes into a result. */
    public AnalysisResult.Model model(String fingerprint) throws IOException, ModelNotFoundException {
        return ModelOutcome.model(this, fingerprint, seconds);
    }

    /** Tensors in no matrix. */
    public List<AnalysisResult.Skipped> skipped() {
        return ModelOutcome.skipped(this);
    }

    /** What a reader should know, zero matrices among it. */
    public List<AnalysisResult.Warning> warnings(List<MatrixMeasurement> rows) {
        return ModelOutcome.warnings(this, rows);
    }

    private static double since(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
