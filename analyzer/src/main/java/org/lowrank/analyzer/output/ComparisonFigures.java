package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Figures of a comparison: ratios, the task vector, overlaps. */
final class ComparisonFigures {
    private static final Axis LAYER = new Axis("Layer", false, false);

    private ComparisonFigures() {}

    static double of(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    /** A value of the task vector, NaN where there is none. */
    static ToDoubleFunction<MatrixPair> vector(ToDoubleFunction<TaskVector> value) {
        return pair -> {
            TaskVector vector = pair.taskVector();
            return vector == null ? Double.NaN : value.applyAsDouble(vector);
        };
    }

    /** A value of the overlap, NaN where there is none. */
    static ToDoubleFunction<MatrixPair> overlap(ToDoubleFunction<SubspaceOverlap> value) {
        return pair -> {
            SubspaceOverlap overlap = pair.overlap();
            return overlap == null ? Double.NaN : value.applyAsDouble(overlap);
        };
    }

    /** One panel per stack and kind of matrix with the three ratios. */
    static Section ratios(ComparisonResult result) {
        List<Panel> panels = new ArrayList<>();
        byStack(result.pairs()).forEach((stack, pairs) -> {
            List<Series> norms = lines(pairs, pair -> of(pair.frobeniusRatio()));
            List<Series> spectral = lines(pairs, pair -> of(pair.spectralRatio()));
            List<Series> ranks = lines(pairs, pair -> of(pair.stableRankRatio()));
            for (int i = 0; i < norms.size(); i++) {
                panels.add(new Panel(
                        "ratio-" + panels.size(),
                        stack + " " + norms.get(i).name(),
                        LAYER,
                        new Axis("B over A", false, true),
                        List.of(
                                named(norms.get(i), "‖B‖_F / ‖A‖_F", Style.SOLID),
                                named(spectral.get(i), "‖B‖_2 / ‖A‖_2", Style.DASHED),
                                named(ranks.get(i), "stable rank of B / of A", Style.SOLID)),
                        List.of(),
                        List.of()));
            }
        });
        return new FigureSection(
                "ratios",
                "B over A",
                "Frobenius norm, spectral norm and stable rank of B's matrix over A's; 1 where nothing changed.",
                3,
                panels,
                List.of());
    }

    /** Stable rank and size of W_B − W_A per layer. */
    static List<Section> taskVector(ComparisonResult result) {
        if (result.pairs().stream().noneMatch(pair -> pair.taskVector() != null)) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        byStack(result.pairs()).forEach((stack, pairs) -> {
            panels.add(new Panel(
                    "task-vector-rank-" + panels.size() / 2,
                    stack + " · stable rank of W_B − W_A",
                    LAYER,
                    new Axis("‖Δ‖_F / ‖Δ‖_2", false, true),
                    lines(pairs, vector(v -> of(v.stableRank()))),
                    baselines(pairs, vector(TaskVector::gaussianStableRank)),
                    List.of(new Alternative(
                            "Squared",
                            new Axis("‖Δ‖²_F / ‖Δ‖²_2", false, true),
                            lines(pairs, vector(v -> of(v.stableRankSquared()))),
                            baselines(pairs, vector(v -> v.gaussianStableRank() * v.gaussianStableRank()))))));
            panels.add(new Panel(
                    "task-vector-size-" + panels.size() / 2,
                    stack + " · size of W_B − W_A",
                    LAYER,
                    new Axis("‖Δ‖_F / ‖A‖_F", false, true),
                    lines(pairs, vector(v -> of(v.relativeSize()))),
                    List.of(),
                    List.of()));
        });
        return List.of(new FigureSection(
                "task-vector",
                "The task vector W_B − W_A",
                "The difference of the weights measured as a matrix of its own. The Gaussian baseline is what unstructured "
                        + "changes of the same shape would show; below it the change is concentrated in few directions.",
                2,
                panels,
                List.of()));
    }

    /** Overlap of the leading row and column spaces per layer, and the single cosines. */
    static List<Section> overlaps(ComparisonResult result) {
        if (result.pairs().stream().noneMatch(pair -> pair.overlap() != null)) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        Axis axis = new Axis("√(mean cos²θ)", false, true);
        byStack(result.pairs()).forEach((stack, pairs) -> {
            panels.add(new Panel(
                    "row-space-overlap-" + panels.size() / 4,
                    stack + " · row spaces (what is read)",
                    LAYER,
                    axis,
                    lines(pairs, overlap(SubspaceOverlap::rowSpaceOverlap)),
                    baselines(pairs, overlap(SubspaceOverlap::randomRowSpaceOverlap)),
                    List.of()));
            panels.add(new Panel(
                    "column-space-overlap-" + panels.size() / 4,
                    stack + " · column spaces (what is written)",
                    LAYER,
                    axis,
                    lines(pairs, overlap(SubspaceOverlap::columnSpaceOverlap)),
                    baselines(pairs, overlap(SubspaceOverlap::randomColumnSpaceOverlap)),
                    List.of()));
            panels.add(cosines("row-space-cosines-" + panels.size() / 4, stack + " · row spaces", pairs, true));
            panels.add(cosines("column-space-cosines-" + panels.size() / 4, stack + " · column spaces", pairs, false));
        });
        return List.of(new FigureSection(
                "overlap",
                "Overlap of the leading " + result.leadingDirections() + " directions",
                "Principal angles θ between the spaces of the leading singular vectors of A and B: 1 for equal spaces; the "
                        + "baseline √(k/d) is that of independent random ones. Single cosines are means over layers.",
                2,
                panels,
                List.of()));
    }

    private static Panel cosines(String id, String title, List<MatrixPair> pairs, boolean rowSpaces) {
        Map<String, TreeMap<Integer, List<Double>>> kinds = new LinkedHashMap<>();
        for (MatrixPair pair : pairs) {
            SubspaceOverlap overlap = pair.overlap();
            if (overlap == null) {
                continue;
            }
            double[] cosines = rowSpaces ? overlap.rowSpaceCosines() : overlap.columnSpaceCosines();
            TreeMap<Integer, List<Double>> byIndex = kinds.computeIfAbsent(pair.kind(), k -> new TreeMap<>());
            for (int i = 0; i < cosines.length; i++) {
                byIndex.computeIfAbsent(i + 1, k -> new ArrayList<>()).add(cosines[i]);
            }
        }
        List<Series> series = new ArrayList<>();
        kinds.forEach((kind, byIndex) -> {
            Series mean = LayerFigures.line(kind, byIndex);
            // No band: cosines lie in [0, 1] and bunch at 1, where mean ± sd would leave it.
            series.add(new Series(kind, mean.x(), mean.y(), null, mean.style()));
        });
        return new Panel(
                id,
                title + ", single angles",
                new Axis("Principal angle", false, false),
                new Axis("cos θ_i", false, true),
                series,
                List.of(),
                List.of());
    }

    /** Layer × kind tables per stack. */
    static List<Section> heatMaps(ComparisonResult result) {
        List<Section> sections = new ArrayList<>();
        boolean several = byStack(result.pairs()).size() > 1;
        byStack(result.pairs()).forEach((stack, pairs) -> {
            List<String> kinds = pairs.stream().map(MatrixPair::kind).distinct().toList();
            List<Integer> layers =
                    pairs.stream().map(MatrixPair::layer).distinct().sorted().toList();
            List<HeatMap> maps = new ArrayList<>();
            maps.add(map("Size of change", pairs, kinds, layers, vector(v -> of(v.relativeSize()))));
            maps.add(map("Stable rank of change", pairs, kinds, layers, vector(v -> of(v.stableRank()))));
            maps.add(map("Share of Gaussian", pairs, kinds, layers, vector(TaskVector::shareOfGaussian)));
            maps.add(map("Row overlap", pairs, kinds, layers, overlap(SubspaceOverlap::rowSpaceOverlap)));
            maps.add(map("Column overlap", pairs, kinds, layers, overlap(SubspaceOverlap::columnSpaceOverlap)));
            maps.add(map("Frobenius ratio", pairs, kinds, layers, pair -> of(pair.frobeniusRatio())));
            maps.add(map("Stable rank ratio", pairs, kinds, layers, pair -> of(pair.stableRankRatio())));
            maps.removeIf(ComparisonFigures::empty);
            if (!maps.isEmpty()) {
                sections.add(new HeatMapSection(
                        sections.isEmpty() ? "heat-map" : "heat-map-" + sections.size(),
                        several ? "Heat map: " + stack : "Heat map",
                        "Each kind of matrix in each layer; the mean where a layer has experts.",
                        kinds,
                        layers.stream().map(String::valueOf).toList(),
                        maps));
            }
        });
        return sections;
    }

    private static boolean empty(HeatMap map) {
        for (double[] row : map.values()) {
            for (double value : row) {
                if (!Double.isNaN(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static HeatMap map(
            String label,
            List<MatrixPair> pairs,
            List<String> kinds,
            List<Integer> layers,
            ToDoubleFunction<MatrixPair> value) {
        double[][] values = new double[kinds.size()][layers.size()];
        for (int k = 0; k < kinds.size(); k++) {
            for (int l = 0; l < layers.size(); l++) {
                String kind = kinds.get(k);
                int layer = layers.get(l);
                values[k][l] = pairs.stream()
                        .filter(pair -> pair.layer() == layer && pair.kind().equals(kind))
                        .mapToDouble(value)
                        .filter(v -> !Double.isNaN(v))
                        .average()
                        .orElse(Double.NaN);
            }
        }
        return new HeatMap(label, values);
    }

    static Map<String, List<MatrixPair>> byStack(List<MatrixPair> pairs) {
        Map<String, List<MatrixPair>> stacks = new LinkedHashMap<>();
        pairs.forEach(pair ->
                stacks.computeIfAbsent(pair.stack(), k -> new ArrayList<>()).add(pair));
        return stacks;
    }

    /** A line per kind over layers; the mean with a band where a layer has experts. */
    private static List<Series> lines(List<MatrixPair> pairs, ToDoubleFunction<MatrixPair> value) {
        Map<String, TreeMap<Integer, List<Double>>> kinds = new LinkedHashMap<>();
        for (MatrixPair pair : pairs) {
            kinds.computeIfAbsent(pair.kind(), k -> new TreeMap<>())
                    .computeIfAbsent(pair.layer(), l -> new ArrayList<>())
                    .add(value.applyAsDouble(pair));
        }
        List<Series> series = new ArrayList<>();
        kinds.forEach((kind, layers) -> series.add(LayerFigures.line(kind, layers)));
        return series;
    }

    /** One dotted line per distinct value, named after the kinds that share it. */
    private static List<Series> baselines(List<MatrixPair> pairs, ToDoubleFunction<MatrixPair> value) {
        Map<Double, List<String>> kindsAt = new LinkedHashMap<>();
        for (MatrixPair pair : pairs) {
            double at = value.applyAsDouble(pair);
            if (!Double.isNaN(at)) {
                List<String> kinds = kindsAt.computeIfAbsent(at, k -> new ArrayList<>());
                if (!kinds.contains(pair.kind())) {
                    kinds.add(pair.kind());
                }
            }
        }
        int first = pairs.stream().mapToInt(MatrixPair::layer).min().orElse(0);
        int last = pairs.stream().mapToInt(MatrixPair::layer).max().orElse(0);
        List<Series> series = new ArrayList<>();
        kindsAt.forEach((at, kinds) -> series.add(new Series(
                "Random " + String.join(", ", kinds),
                new double[] {first, last},
                new double[] {at, at},
                null,
                Style.DOTTED)));
        return series;
    }

    private static Series named(Series series, String name, Style style) {
        return new Series(name, series.x(), series.y(), series.sd(), style);
    }

    /** Singular values of the differences where measured. */
    static List<Section> spectra(ComparisonResult result) {
        Map<String, List<MatrixPair>> kinds = new LinkedHashMap<>();
        for (MatrixPair pair : result.pairs()) {
            TaskVector vector = pair.taskVector();
            if (vector != null && vector.spectrum() != null && !vector.identical()) {
                kinds.computeIfAbsent(pair.stack() + " " + pair.matrix(), k -> new ArrayList<>())
                        .add(pair);
            }
        }
        if (kinds.isEmpty()) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        kinds.forEach((title, pairs) -> panels.add(SpectrumFigures.panel(
                "task-vector-spectrum-" + panels.size(),
                title,
                pairs.stream()
                        .map(pair -> SpectrumFigures.series(
                                "layer " + pair.layer(), Objects.requireNonNull(pair.taskVector())))
                        .toList(),
                pairs.get(0).rowsA(),
                pairs.get(0).colsA())));
        return List.of(new FigureSection(
                "task-vector-spectra", "Spectra of W_B − W_A", SpectrumFigures.CAPTION, 3, panels, List.of()));
    }
}
