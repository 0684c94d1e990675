package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.Medians;

/**
 * A stack of layers of one model, as a member of the population.
 *
 * @param title the model, with its stack where it has several
 * @param model its name
 * @param stack encoder, decoder…
 * @param card the model's line of Table 1
 * @param kinds profile per kind, in the order of rows
 */
record Subject(String title, String model, String stack, ArchitectureCard card, Map<String, Profile> kinds) {
    /** {@code model_type}. */
    String family() {
        return card.modelType();
    }

    /** How many layers the stack has, by the deepest of its matrices. */
    int layers() {
        return last() + 1;
    }

    private int last() {
        return kinds.values().stream()
                .mapToInt(profile -> profile.layers()[profile.layers().length - 1])
                .max()
                .orElse(0);
    }

    boolean has(String kind) {
        return kinds.containsKey(kind);
    }

    Profile profile(String kind) {
        Profile profile = kinds.get(kind);
        if (profile == null) {
            throw new IllegalArgumentException(title + " has no " + kind);
        }
        return profile;
    }

    /**
     * A quantity of one kind over relative depth.
     *
     * @param value of the i-th layer of the profile
     */
    Curve curve(String kind, IntToDoubleFunction value) {
        Profile profile = profile(kind);
        int last = last();
        double[] depth = Arrays.stream(profile.layers())
                .mapToDouble(layer -> Profile.depth(layer, last))
                .toArray();
        double[] values = new double[depth.length];
        Arrays.setAll(values, value);
        return new Curve(depth, values);
    }

    Curve share(String kind) {
        return curve(kind, i -> profile(kind).shareOfGaussian()[i]);
    }

    Curve entry(String kind) {
        return curve(kind, i -> profile(kind).rootMeanSquare(i));
    }

    /** Median over the layers, NaN where the kind is not there. */
    double medianShare(String kind) {
        return has(kind) ? Medians.of(profile(kind).shareOfGaussian()) : Double.NaN;
    }

    double medianStableRank(String kind) {
        return has(kind) ? Medians.of(profile(kind).stableRank()) : Double.NaN;
    }

    double medianNorm(String kind) {
        return has(kind) ? Medians.of(profile(kind).frobeniusNorm()) : Double.NaN;
    }

    /** Median size of an entry, ‖A‖_F/√(rc). */
    double medianEntry(String kind) {
        if (!has(kind)) {
            return Double.NaN;
        }
        Profile profile = profile(kind);
        double[] entries = new double[profile.layers().length];
        Arrays.setAll(entries, profile::rootMeanSquare);
        return Medians.of(entries);
    }

    /** Median over all its matrices. */
    double medianShare() {
        return Medians.of(kinds.values().stream()
                .flatMapToDouble(profile -> Arrays.stream(profile.shareOfGaussian()))
                .toArray());
    }

    /** [rows, cols] of all its matrices. */
    List<long[]> shapes() {
        List<long[]> shapes = new ArrayList<>();
        for (Profile profile : kinds.values()) {
            for (int i = 0; i < profile.layers().length; i++) {
                shapes.add(new long[] {profile.rows()[i], profile.cols()[i]});
            }
        }
        return shapes;
    }

    /** Input width of its matrices: d. */
    double width() {
        return card.modelDimension();
    }
}
