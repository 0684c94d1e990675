package org.lowrank.analyzer;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.lowrank.analyzer.comparison.Comparison;
import org.lowrank.analyzer.comparison.ModelComparer;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.machine.program.Program;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.reference.ModelReference;

/** One engine and one set of options for any number of models, and the one result of them. */
public final class MeasuringRun implements AutoCloseable {
    private final MeasureOptions options;
    private final SpectralEngine engine;
    private final Instant started = Instant.now();

    /**
     * Starts the engine.
     *
     * @throws IllegalStateException if the device asked for is not there
     */
    public MeasuringRun(MeasureOptions options) {
        this.options = options;
        this.engine = SpectralEngines.create(options.device());
    }

    /**
     * Opens a model with the options of this run.
     *
     * @param name to report, where its own would be that of another model of the run
     */
    public ModelAnalysis open(ModelReference reference, Optional<String> name)
            throws IOException, ModelNotFoundException {
        return ModelAnalysis.open(reference, options.source(), options.selection(), name);
    }

    /**
     * Measures a model, or takes what is saved where it was measured from the same bytes in the same way.
     *
     * @param saved an earlier result, if there is one
     * @param progress told of every matrix
     */
    public ModelOutcome measure(ModelAnalysis model, Optional<AnalysisResult> saved, ModelMeasurer.Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        return model.measure(engine, options.accuracy(), options.threads(), Program.version(), saved, progress);
    }

    /** What a measurement of a model in this run would give: equal ones mean equal numbers; empty where that cannot be told. */
    public String fingerprint(ModelAnalysis model) throws IOException, ModelNotFoundException {
        return model.fingerprint(engine, options.accuracy(), Program.version());
    }

    /** The same where weights that were not verified are known by their commit. */
    public String identity(ModelAnalysis model) throws IOException, ModelNotFoundException {
        return model.identity(engine, options.accuracy(), Program.version());
    }

    /**
     * Measures some matrices of a model; those that share tensors belong into one call.
     *
     * @param threads matrices measured side by side
     */
    public List<MatrixMeasurement> rows(
            ModelAnalysis model, List<LayerMatrix> matrices, int threads, ModelMeasurer.Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        return model.measure(engine, options.accuracy(), threads, matrices, progress);
    }

    /**
     * Compares two models matrix by matrix: each measured alone, then their difference and leading directions.
     *
     * @param directions k, how many leading directions are compared
     * @param progress told of every matrix
     */
    public ComparisonResult compare(ModelAnalysis a, ModelAnalysis b, int directions, ModelMeasurer.Progress progress)
            throws IOException, InterruptedException, ModelNotFoundException {
        long start = System.nanoTime();
        Comparison comparison = new ModelComparer(engine, options.accuracy(), directions, options.threads())
                .compare(side(a), side(b), progress);
        double seconds = (System.nanoTime() - start) / 1e9;
        a.took("compare", seconds);
        b.took("compare", seconds);
        List<AnalysisResult.Skipped> skipped = new ArrayList<>(a.skipped());
        skipped.addAll(b.skipped());
        List<AnalysisResult.Warning> warnings = new ArrayList<>(a.warnings(comparison.matricesA()));
        warnings.addAll(b.warnings(comparison.matricesB()));
        return ComparisonResult.of(
                tool(),
                options.commandLine(),
                started(),
                settings(),
                directions,
                a.model(""),
                b.model(""),
                comparison,
                skipped,
                warnings);
    }

    private static ModelComparer.Side side(ModelAnalysis model) {
        ModelFiles.Provenance provenance = model.provenance();
        return new ModelComparer.Side(
                provenance.model(), provenance.revision(), model.layers().matrices(), model.depths());
    }

    /** The engine, for what goes beyond single matrices. */
    public SpectralEngine engine() {
        return engine;
    }

    /** The result of everything measured. */
    public AnalysisResult result(List<ModelOutcome> outcomes) {
        return new AnalysisResult(
                AnalysisResult.SCHEMA_VERSION,
                AnalysisResult.KIND,
                tool(),
                options.commandLine(),
                started(),
                settings(),
                outcomes.stream().map(ModelOutcome::model).toList(),
                outcomes.stream().flatMap(o -> o.matrices().stream()).toList(),
                outcomes.stream().flatMap(o -> o.skipped().stream()).toList(),
                outcomes.stream().flatMap(o -> o.findings().stream()).toList(),
                outcomes.stream().flatMap(o -> o.warnings().stream()).toList());
    }

    /** What made the result. */
    public AnalysisResult.Tool tool() {
        return new AnalysisResult.Tool(
                Program.NAME,
                Program.version(),
                Program.java(),
                Program.system(),
                engine.description(),
                options.threads());
    }

    /** What was asked of the measurement. */
    public AnalysisResult.Settings settings() {
        SpectralOptions accuracy = options.accuracy();
        return new AnalysisResult.Settings(
                accuracy.tolerance(),
                accuracy.failureProbability(),
                accuracy.certify(),
                accuracy.exact(),
                accuracy.spectrum(),
                accuracy.seed());
    }

    /** What the result says it was made by. */
    public List<String> commandLine() {
        return options.commandLine();
    }

    /** When it started, to the second, ISO 8601. */
    public String started() {
        return started.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    @Override
    public void close() {
        engine.close();
    }
}
