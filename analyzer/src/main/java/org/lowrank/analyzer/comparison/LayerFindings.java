package org.lowrank.analyzer.comparison;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.lowrank.analyzer.comparison.LayerDistances.LayerPair;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** What is said of the layers of two models of different depth. */
final class LayerFindings {
    private LayerFindings() {}

    static Stream<Finding> of(String a, String b, List<LayerDistances> all) {
        return all.stream().map(found -> finding(a + " → " + b, found));
    }

    private static Finding finding(String models, LayerDistances found) {
        List<LayerPair> pairs = found.matched();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("matched_layers", (double) pairs.size());
        numbers.put("null_matched_layers", 0.0);
        String depths =
                found.layersA().size() + " layers of A, " + found.layersB().size() + " of B";
        if (pairs.isEmpty()) {
            return new Finding(
                    models,
                    found.stack(),
                    "layer-match",
                    Verdict.INFORMATION,
                    "none",
                    "The models have different depths and no layer of one is near a layer of the other: nothing is paired",
                    depths
                            + (found.distances().length == 0
                                    ? "; no matrix has the same shape in both, so their distance is not defined"
                                    : "; the nearest have distance " + decimal(nearest(found))
                                            + ", independent weights 1 ± "
                                            + decimal(found.standardError()) + "; below " + LayerDistances.LIMIT
                                            + " layers are paired"),
                    numbers);
        }
        double farthest = pairs.stream().mapToDouble(LayerPair::distance).max().orElseThrow();
        numbers.put("largest_matched_distance", farthest);
        numbers.put("null_largest_matched_distance", LayerDistances.INDEPENDENT);
        return new Finding(
                models,
                found.stack(),
                "layer-match",
                Verdict.INFORMATION,
                pairs.size() + " of " + found.layersA().size(),
                "The models have different depths; layers are paired by their weights: " + listed(pairs),
                depths + "; distance of the paired from " + decimal(nearest(found)) + " to " + decimal(farthest)
                        + ", independent weights 1 ± " + decimal(found.standardError()) + "; below "
                        + LayerDistances.LIMIT + " layers are paired, in their order and each once",
                numbers);
    }

    private static double nearest(LayerDistances found) {
        return Stream.of(found.distances())
                .flatMapToDouble(java.util.Arrays::stream)
                .filter(d -> !Double.isNaN(d))
                .min()
                .orElse(Double.NaN);
    }

    private static String listed(List<LayerPair> pairs) {
        return pairs.stream()
                .map(pair -> pair.layerA() + " with " + pair.layerB())
                .collect(Collectors.joining(", "));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
