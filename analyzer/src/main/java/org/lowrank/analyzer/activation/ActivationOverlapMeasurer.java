package org.lowrank.analyzer.activation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.Spectrum;
import org.lowrank.inference.description.Activation;
import org.lowrank.inference.engine.ActivationListener;
import org.lowrank.inference.engine.Activations;
import org.lowrank.inference.engine.Input;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.spectral.LeadingSubspace;
import org.lowrank.spectral.PrincipalAngles;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;

/** Runs two texts through a model and measures at every place how orthogonal their vectors are. */
public final class ActivationOverlapMeasurer implements ActivationListener {
    /** Directions whose energy is compared unless asked otherwise. */
    public static final int DEFAULT_DIRECTIONS = 16;

    /** A text needs this many tokens, so that its halves have directions. */
    public static final int FEWEST_TOKENS = 4;

    /** Tokens of a text whose pairs are gone through; of longer texts this many, evenly spread. */
    public static final int PAIRED = 512;

    private static final double SUBSPACE_ACCURACY = 1e-4;
    private static final int SUBSPACE_STEPS = 80;

    private final String model;
    private final String stack;
    private final boolean relu;
    private final TokenRows tokens;
    private final int directions;
    private final SpectralEngine engine;
    private final @Nullable InterferenceMeasurer interference;
    private final Progress progress;
    private final List<ActivationOverlap> rows = new ArrayList<>();
    private final Map<String, ActivationOverlap.Reading> nullReadings = new HashMap<>();
    private final boolean nullOnly;
    private double[] lengths = new double[0];

    private ActivationOverlapMeasurer(
            LayerwiseModel runs,
            Texts texts,
            SpectralEngine engine,
            @Nullable InterferenceMeasurer interference,
            Progress progress,
            boolean nullOnly) {
        model = texts.model();
        stack = runs.transformer().stack();
        relu = runs.transformer().layer().feedForward().activation() == Activation.RELU;
        tokens = texts.tokens();
        int own = tokens.control().length == 0
                ? tokens.a().length / 2
                : Math.min(tokens.a().length, tokens.control().length);
        directions = Math.min(texts.directions(), Math.min(own, tokens.b().length));
        this.engine = engine;
        this.interference = interference;
        this.progress = progress;
        this.nullOnly = nullOnly;
    }

    /**
     * Which rows of the activations belong to which text.
     *
     * @param control of a second text of A's subject; empty where A's halves are compared
     */
    public record TokenRows(int[] a, int[] b, int[] control) {
        void requireEnough() {
            if (Math.min(a.length, b.length) < FEWEST_TOKENS) {
                throw new IllegalArgumentException(
                        a.length + " and " + b.length + " tokens; at least " + FEWEST_TOKENS + " of each are needed");
            }
        }
    }

    /**
     * What is read.
     *
     * @param model its name, for messages
     * @param sequences of all texts
     * @param tokens which of their tokens are whose
     * @param directions k, at most half of A's tokens
     */
    public record Texts(String model, List<int[]> sequences, TokenRows tokens, int directions) {
        /** Refuses texts that have no directions. */
        public Texts {
            tokens.requireEnough();
        }
    }

    /**
     * Runs and measures.
     *
     * @param interference measured in the same run; null for none
     */
    public static List<ActivationOverlap> measure(
            LayerwiseModel runs, Texts texts, @Nullable InterferenceMeasurer interference, Progress progress)
            throws IOException, InterruptedException {
        try (SpectralEngine engine = SpectralEngines.create()) {
            ActivationOverlapMeasurer measurer =
                    new ActivationOverlapMeasurer(runs, texts, engine, interference, progress, false);
            runs.observe(texts.sequences(), measurer);
            return measurer.rows;
        }
    }

    /**
     * Puts beside measured rows what the same texts give in the null model.
     *
     * @param nullModel the same model with random weights
     */
    public static List<ActivationOverlap> withNullModel(
            List<ActivationOverlap> rows, LayerwiseModel nullModel, Texts texts, Progress progress)
            throws IOException, InterruptedException {
        try (SpectralEngine engine = SpectralEngines.create()) {
            ActivationOverlapMeasurer measurer =
                    new ActivationOverlapMeasurer(nullModel, texts, engine, null, progress, true);
            nullModel.observe(texts.sequences(), measurer);
            return rows.stream()
                    .map(row -> row.withNullModel(measurer.nullReadings.get(row.layer() + " " + row.input())))
                    .toList();
        }
    }

    @Override
    public void observed(Activations activations) throws IOException {
        Input input = activations.input();
        if (!isOfTexts(input)) {
            return;
        }
        Vectors a = Vectors.of(activations.rows(), tokens.a(), activations.width());
        Vectors b = Vectors.of(activations.rows(), tokens.b(), activations.width());
        Vectors control = Vectors.of(activations.rows(), tokens.control(), activations.width());
        double[] mean = Vectors.mean(a, b);
        for (double entry : mean) {
            if (!Double.isFinite(entry)) {
                throw new MalformedWeightsException("not a finite number: " + model + ": layer " + activations.layer()
                        + ", " + input.label()
                        + ": an activation is NaN or infinite; look for a repaired copy of the weights");
            }
        }
        if (nullOnly) {
            nullReadings.put(activations.layer() + " " + input.label(), reading(a, b, control));
            return;
        }
        if (interference != null) {
            interference.observed(activations, a, b);
        }
        SpectralMeasurement spectrumA = spectrum(a);
        SpectralMeasurement spectrumB = spectrum(b);
        rows.add(new ActivationOverlap(
                stack,
                activations.layer(),
                input.label(),
                a.rows(),
                b.rows(),
                a.width(),
                reading(a, b, control),
                reading(a.less(mean), b.less(mean), control.less(mean)),
                ActivationOverlap.RandomReading.of(directions, a.width()),
                spectrumA.stableRank().orElse(Double.NaN),
                spectrumB.stableRank().orElse(Double.NaN),
                effectiveRank(spectrumA),
                effectiveRank(spectrumB),
                null,
                gamma(input.site(), a, b)));
    }

    /** Whether the rows of an input are those of the texts: an expert's are no longer. */
    static boolean isOfTexts(Input input) {
        return input.expert() == -1 && input.site() != Input.Site.FINAL;
    }

    private SpectralMeasurement spectrum(Vectors vectors) {
        Vectors some = vectors.sample(2 * PAIRED);
        try (OffHeap memory = memory(some)) {
            SpectralOptions options = SpectralOptions.defaults();
            return engine.measure(
                    some.matrix(memory),
                    new SpectralOptions(
                            options.tolerance(), options.failureProbability(), false, false, true, options.seed()));
        }
    }

    private static double effectiveRank(SpectralMeasurement measured) {
        double[] values = measured.singularValues();
        return values == null
                ? Double.NaN
                : Spectrum.of(values, measured.singularValueFloor()).effectiveRank();
    }

    private ActivationOverlap.Reading reading(Vectors a, Vectors b, Vectors control) {
        boolean halves = control.rows() == 0;
        Vectors first = halves ? a.part(0, a.rows() / 2) : a;
        Vectors second = halves ? a.part(a.rows() / 2, a.rows()) : control;
        Cosines across = Cosines.of(a.sample(PAIRED), b.sample(PAIRED));
        Cosines own = Cosines.of(first.sample(PAIRED), second.sample(PAIRED));
        double[][] leading = leading(first);
        return new ActivationOverlap.Reading(
                across.mean(),
                across.quantile(0.5),
                across.quantile(0.99),
                across.quantile(1),
                own.quantile(0.99),
                b.energyIn(leading),
                second.energyIn(leading),
                PrincipalAngles.between(leading, leading(b)).overlap(),
                PrincipalAngles.between(leading, leading(second)).overlap());
    }

    private double[][] leading(Vectors vectors) {
        try (OffHeap memory = memory(vectors)) {
            StoredMatrix matrix = vectors.matrix(memory);
            return LeadingSubspace.of(matrix, directions, SUBSPACE_ACCURACY, SUBSPACE_STEPS, 1)
                    .right();
        }
    }

    private static OffHeap memory(Vectors vectors) {
        return OffHeap.allocate(Math.multiplyExact(vectors.entries().length, Float.BYTES));
    }

    /** γ_k needs the lengths of M1's inputs, which come before M2's. */
    private @Nullable Double gamma(Input.Site site, Vectors a, Vectors b) {
        if (site == Input.Site.M1) {
            lengths = new double[a.rows() + b.rows()];
            for (int i = 0; i < lengths.length; i++) {
                lengths[i] = i < a.rows() ? a.length(i) : b.length(i - a.rows());
            }
        }
        if (site != Input.Site.M2 || !relu) {
            return null;
        }
        double smallest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < lengths.length; i++) {
            Vectors own = i < a.rows() ? a : b;
            int row = i < a.rows() ? i : i - a.rows();
            for (int j = 0; j < own.width(); j++) {
                float entry = own.entries()[row * own.width() + j];
                smallest = entry > 0 ? Math.min(smallest, entry / lengths[i]) : smallest;
            }
        }
        return Double.isFinite(smallest) ? (Double) smallest : null;
    }

    @Override
    public void progress(long done, long total) {
        progress.at(done, total);
    }
}
