package org.lowrank.trainer.experiment;

import java.util.List;
import org.lowrank.trainer.network.Initialisation;

/**
 * Settings of Figures 3 and 5.
 *
 * @param preset these started from
 * @param data what the tasks are made of
 * @param samples n of each task
 * @param dimension d of synthetic inputs, even; Fashion-MNIST has its own
 * @param frequency c of the synthetic labels sign(sin(c·wᵀx))
 * @param hidden widths of the hidden layers
 * @param initialisation of the weights
 * @param stepSize η
 * @param weightDecay λ of the curves over steps
 * @param weightDecays the λ of the panel over λ; {@code weightDecay} is added where it is missing
 * @param steps of gradient descent
 * @param draws of the sample
 * @param gridDraws draws of the panel over λ, besides those at {@code weightDecay}: at most {@code draws}
 * @param records how many steps are recorded, log-spaced, besides step 0
 * @param precision of the descent
 * @param seed of all draws
 */
public record MergingSettings(
        Preset preset,
        Data data,
        int samples,
        int dimension,
        double frequency,
        List<Integer> hidden,
        Initialisation initialisation,
        double stepSize,
        double weightDecay,
        List<Double> weightDecays,
        long steps,
        int draws,
        int gridDraws,
        int records,
        Precision precision,
        long seed)
        implements ExperimentSettings {
    /** What tasks are made of. */
    public enum Data {
        SYNTHETIC,
        FASHION_MNIST
    }

    private static final List<Double> GRID = List.of(0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2);

    /** Checks the ranges and completes the grid. */
    public MergingSettings {
        hidden = List.copyOf(hidden);
        weightDecays = java.util.stream.Stream.concat(weightDecays.stream(), java.util.stream.Stream.of(weightDecay))
                .sorted()
                .distinct()
                .toList();
        if (samples < 1 || steps < 1 || draws < 1 || records < 1 || dimension < 2 || dimension % 2 != 0) {
            throw new IllegalArgumentException("merging: samples " + samples + ", steps " + steps + ", draws " + draws
                    + ", records " + records + ", dimension " + dimension + ": need at least 1, the dimension even");
        }
        if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException(
                    "merging: hidden widths " + hidden + ": need at least one, each above 0");
        }
        if (gridDraws < 1 || gridDraws > draws) {
            throw new IllegalArgumentException("merging: draws of the panel over λ " + gridDraws + ": need 1 to "
                    + draws + ", the number of draws");
        }
        weightDecays.forEach(lambda -> new org.lowrank.trainer.descent.DescentSettings(stepSize, lambda));
    }

    /** The paper's protocol: n = 100 (not given for the synthetic data) or 10 images, 10 draws, 10⁵ steps. */
    public static MergingSettings paper(Data data) {
        boolean synthetic = data == Data.SYNTHETIC;
        return new MergingSettings(
                Preset.PAPER,
                data,
                synthetic ? 100 : 10,
                100,
                1,
                List.of(1000, 100),
                Initialisation.UNIFORM,
                synthetic ? 1 : 0.1,
                synthetic ? 1e-4 : 1e-3,
                GRID,
                100_000,
                10,
                10,
                40,
                Precision.FLOAT32,
                0);
    }

    /**
     * The same figure in about a minute: 2 draws, a tenth of the steps and ten times λ, so that decay ηλt is that of the
     * paper, fewer λ.
     */
    public static MergingSettings quick(Data data) {
        boolean synthetic = data == Data.SYNTHETIC;
        return new MergingSettings(
                Preset.QUICK,
                data,
                synthetic ? 100 : 10,
                100,
                1,
                List.of(1000, 100),
                Initialisation.UNIFORM,
                synthetic ? 1 : 0.1,
                synthetic ? 1e-3 : 1e-2,
                List.of(0.0, 1e-4, 1e-3, 1e-2),
                10_000,
                2,
                2,
                20,
                Precision.FLOAT32,
                0);
    }

    /** How many draws are trained at a λ. */
    public int drawsAt(double lambda) {
        return lambda == weightDecay ? draws : gridDraws;
    }

    /** What decides one draw's curves, however many draws and λ there are: a checkpoint of it fits any such run. */
    MergingSettings ofOneDraw() {
        return new MergingSettings(
                preset,
                data,
                samples,
                dimension,
                frequency,
                hidden,
                initialisation,
                stepSize,
                weightDecay,
                List.of(),
                steps,
                1,
                1,
                records,
                precision,
                seed);
    }
}
