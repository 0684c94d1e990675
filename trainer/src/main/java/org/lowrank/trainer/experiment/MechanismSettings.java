package org.lowrank.trainer.experiment;

import java.util.List;
import org.lowrank.trainer.descent.DescentSettings;

/**
 * Settings of the mechanism's experiment: Figure 3's orthogonal tasks.
 *
 * @param preset these started from
 * @param protocol what all such experiments share
 * @param hidden widths of the hidden layers
 * @param weightDecays λ, each with its own networks from the same starts
 */
public record MechanismSettings(Preset preset, Protocol protocol, List<Integer> hidden, List<Double> weightDecays)
        implements StudySettings {
    /** Checks the ranges. */
    public MechanismSettings {
        hidden = List.copyOf(hidden);
        weightDecays = weightDecays.stream().sorted().distinct().toList();
        if (hidden.isEmpty() || hidden.stream().anyMatch(width -> width < 1) || weightDecays.isEmpty()) {
            throw new IllegalArgumentException("mechanism: hidden widths " + hidden + ", weight decays " + weightDecays
                    + ": need at least one of each, widths above 0");
        }
        weightDecays.forEach(lambda -> new DescentSettings(protocol.stepSize(), lambda));
    }

    /** Figure 3's networks at its λ: ten draws, 10⁵ steps. */
    public static MechanismSettings paper() {
        return new MechanismSettings(
                Preset.PAPER, Protocol.figure3(100_000, 10, 40), List.of(1000, 100), List.of(1e-4));
    }

    /** A tenth of the steps at ten times λ, and without decay; five draws. */
    public static MechanismSettings quick() {
        return new MechanismSettings(
                Preset.QUICK, Protocol.figure3(10_000, 5, 20), List.of(1000, 100), List.of(0.0, 1e-3));
    }
}
