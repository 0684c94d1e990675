package org.lowrank.trainer.experiment;

import java.util.Arrays;
import java.util.List;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.variant.Variant;

/**
 * Settings of Figure 3's question under other training.
 *
 * @param preset these started from
 * @param protocol what is not varied; its precision is double and its initialisation uniform
 * @param hidden widths of the hidden layers
 * @param weightDecays λ, each with every variant
 * @param variants how networks are trained
 */
public record VariantSettings(
        Preset preset, Protocol protocol, List<Integer> hidden, List<Double> weightDecays, List<Variant> variants)
        implements StudySettings {
    /** Checks the ranges. */
    public VariantSettings {
        hidden = List.copyOf(hidden);
        weightDecays = weightDecays.stream().sorted().distinct().toList();
        variants = variants.stream().distinct().sorted().toList();
        if (hidden.isEmpty()
                || hidden.stream().anyMatch(width -> width < 1)
                || weightDecays.isEmpty()
                || variants.isEmpty()) {
            throw new IllegalArgumentException("training: hidden widths " + hidden + ", weight decays " + weightDecays
                    + ", variants " + variants + ": need at least one of each, widths above 0");
        }
        if (protocol.precision() != Precision.FLOAT64 || protocol.initialisation() != Initialisation.UNIFORM) {
            throw new IllegalArgumentException("training: " + protocol.precision() + " and " + protocol.initialisation()
                    + ": it is done in float64 from uniform weights only");
        }
        weightDecays.forEach(lambda -> new DescentSettings(protocol.stepSize(), lambda));
    }

    /** Ten draws of small networks over many steps. */
    public static VariantSettings paper() {
        return of(
                Preset.PAPER,
                new Protocol(40, 40, 1, Initialisation.UNIFORM, 1, 30_000, 10, 20, Precision.FLOAT64, 0),
                3e-4);
    }

    /** Five draws, a minute or two. */
    public static VariantSettings quick() {
        return of(
                Preset.QUICK,
                new Protocol(20, 20, 1, Initialisation.UNIFORM, 1, 4000, 5, 12, Precision.FLOAT64, 0),
                2.5e-3);
    }

    private static VariantSettings of(Preset preset, Protocol protocol, double lambda) {
        return new VariantSettings(
                preset, protocol, List.of(30, 20), List.of(0.0, lambda), Arrays.asList(Variant.values()));
    }
}
