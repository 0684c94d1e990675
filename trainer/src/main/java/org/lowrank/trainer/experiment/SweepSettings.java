package org.lowrank.trainer.experiment;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.network.Initialisation;

/**
 * Settings of Figure 2.
 *
 * @param preset these started from
 * @param samples n
 * @param dimension d
 * @param frequencies c of the labels sign(sin(c·wᵀx)), one panel each
 * @param hidden widths of the two hidden layers
 * @param initialisation of the weights
 * @param stepSizes η, one curve each
 * @param batch samples per step
 * @param epochs passes over all samples
 * @param weightDecays λ
 * @param draws of sample, labels, weights and batches; all λ of a draw share them
 * @param records how many epochs are recorded, log-spaced, besides epoch 0
 * @param precision of the descent
 * @param seed of all draws
 * @param settle how the networks then go on to a stationary point, or null where they do not; Figure 2 is drawn before
 */
public record SweepSettings(
        Preset preset,
        int samples,
        int dimension,
        List<Double> frequencies,
        List<Integer> hidden,
        Initialisation initialisation,
        List<Double> stepSizes,
        int batch,
        int epochs,
        List<Double> weightDecays,
        int draws,
        int records,
        Precision precision,
        long seed,
        @Nullable Settle settle)
        implements ExperimentSettings {
    /**
     * Descent on all samples at once from where the mini-batches ended: Lemma 4 speaks of stationary points, and mini-batches
     * of a constant step have none.
     *
     * @param steps of it; n gradients each
     * @param stepSize η of them
     */
    public record Settle(long steps, double stepSize) {
        /** Checks the ranges. */
        public Settle {
            if (steps < 1 || steps > 1_000_000_000L || !(stepSize > 0)) {
                throw new IllegalArgumentException("sweep: " + steps + " steps of size " + stepSize
                        + " to settle: need from 1 to 10⁹, the size above 0");
            }
        }
    }

    /** The grid of the specification, refined where the ranks rise: between 1e-3 and 3e-3. */
    private static final List<Double> GRID = List.of(
            0.0, 1e-6, 1e-5, 1e-4, 3e-4, 1e-3, 1.5e-3, 1.75e-3, 2e-3, 2.25e-3, 2.5e-3, 2.75e-3, 3e-3, 5e-3, 1e-2, 3e-2);

    /** Checks the ranges. */
    public SweepSettings {
        frequencies = frequencies.stream().distinct().toList();
        hidden = List.copyOf(hidden);
        stepSizes = stepSizes.stream().distinct().toList();
        weightDecays = weightDecays.stream().sorted().distinct().toList();
        if (samples < 1 || dimension < 1 || batch < 1 || epochs < 1 || draws < 1 || records < 1) {
            throw new IllegalArgumentException("sweep: samples " + samples + ", dimension " + dimension + ", batch "
                    + batch + ", epochs " + epochs + ", draws " + draws + ", records " + records + ": need at least 1");
        }
        if (hidden.stream().anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException("sweep: hidden widths " + hidden + ": need each above 0");
        }
        if (hidden.size() != 2 || frequencies.isEmpty() || stepSizes.isEmpty() || weightDecays.isEmpty()) {
            throw new IllegalArgumentException("sweep: hidden widths " + hidden + ", frequencies " + frequencies
                    + ", step sizes " + stepSizes + ", weight decays " + weightDecays
                    + ": need two widths and at least one of the others");
        }
        for (double stepSize : stepSizes) {
            weightDecays.forEach(lambda -> new DescentSettings(stepSize, lambda));
        }
        if (settle != null) {
            weightDecays.forEach(lambda -> new DescentSettings(settle.stepSize(), lambda));
        }
    }

    /** The paper's protocol; batch, step sizes and grid, which it leaves open, as the report explains. */
    public static SweepSettings paper() {
        return preset(Preset.PAPER, 5000, 10, new Settle(10_000, 0.5));
    }

    /** The same figure in about a minute: 2 draws, which do not go on to a stationary point. */
    public static SweepSettings quick() {
        return preset(Preset.QUICK, 5000, 2, null);
    }

    private static SweepSettings preset(Preset preset, int epochs, int draws, @Nullable Settle settle) {
        return new SweepSettings(
                preset,
                1000,
                100,
                List.of(10.0, 100.0),
                List.of(10, 10),
                Initialisation.UNIFORM,
                List.of(0.1, 0.01),
                50,
                epochs,
                GRID,
                draws,
                12,
                Precision.FLOAT32,
                0,
                settle);
    }
}
