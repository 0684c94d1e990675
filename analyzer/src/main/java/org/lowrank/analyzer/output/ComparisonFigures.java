package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.Cells.orNaN;
import static org.lowrank.analyzer.output.PairSeries.overlap;
import static org.lowrank.analyzer.output.PairSeries.vector;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Figures of the two models side by side: ratios, and everything compared as heat maps. */
final class ComparisonFigures {
    private ComparisonFigures() {}

    /** One panel per stack and kind of matrix with the three ratios. */
    static Section ratios(ComparisonResult result) {
        List<Panel> panels = new ArrayList<>();
        PairSeries.byStack(result.pairs(), (prefix, pairs) -> {
            List<Series> norms = PairSeries.lines(pairs, pair -> orNaN(pair.frobeniusRatio()));
            List<Series> spectral = PairSeries.lines(pairs, pair -> orNaN(pair.spectralRatio()));
            List<Series> ranks = PairSeries.lines(pairs, pair -> orNaN(pair.stableRankRatio()));
            for (int i = 0; i < norms.size(); i++) {
                panels.add(new Panel(
                        "ratio-" + panels.size(),
                        prefix + norms.get(i).name(),
                        PairSeries.LAYER,
                        new Axis("B over A", false, true),
                        List.of(
                                norms.get(i).as("‖B‖_F / ‖A‖_F", Style.SOLID),
                                spectral.get(i).as("‖B‖_2 / ‖A‖_2", Style.DASHED),
                                ranks.get(i).as("stable rank of B / of A", Style.SOLID))));
            }
        });
        return new FigureSection(
                "ratios",
                "B over A",
                "Frobenius norm, spectral norm and stable rank of B's matrix over A's; 1 where nothing changed.",
                4,
                panels);
    }

    /** Layer × kind tables, one per stack; a quantity that no pair has is left out. */
    static Section heatMap(ComparisonResult result) {
        List<Quantity> quantities = List.of(
                new Quantity("Size of change", vector(v -> orNaN(v.relativeSize()))),
                new Quantity("Spectral size of change", vector(v -> orNaN(v.relativeSpectralSize()))),
                new Quantity("Stable rank of change", vector(v -> orNaN(v.stableRank()))),
                new Quantity("Share of Gaussian", vector(TaskVector::shareOfGaussian)),
                new Quantity("Row overlap", overlap(SubspaceOverlap::rowSpaceOverlap)),
                new Quantity("Column overlap", overlap(SubspaceOverlap::columnSpaceOverlap)),
                new Quantity("Frobenius ratio", pair -> orNaN(pair.frobeniusRatio())),
                new Quantity("Stable rank ratio", pair -> orNaN(pair.stableRankRatio())));
        List<Quantity> known = quantities.stream()
                .filter(quantity -> result.pairs().stream()
                        .anyMatch(pair -> !Double.isNaN(quantity.of().applyAsDouble(pair))))
                .toList();
        List<HeatGrid> grids = new ArrayList<>();
        PairSeries.byStack(result.pairs(), (prefix, pairs) -> {
            List<String> kinds = pairs.stream().map(MatrixPair::kind).distinct().toList();
            List<Integer> layers = pairs.stream()
                    .map(pair -> pair.id().layer())
                    .distinct()
                    .sorted()
                    .toList();
            grids.add(new HeatGrid(
                    prefix.isEmpty() ? "" : pairs.get(0).id().stack(),
                    kinds,
                    layers.stream().map(String::valueOf).toList(),
                    known.stream()
                            .map(quantity -> map(quantity, pairs, kinds, layers))
                            .toList()));
        });
        return new HeatMapSection(
                "heat-map",
                "Heat map",
                "Each kind of matrix in each layer; the mean where a layer has experts.",
                grids);
    }

    private record Quantity(String label, ToDoubleFunction<MatrixPair> of) {}

    private static HeatMap map(Quantity quantity, List<MatrixPair> pairs, List<String> kinds, List<Integer> layers) {
        double[][] values = new double[kinds.size()][layers.size()];
        for (int k = 0; k < kinds.size(); k++) {
            for (int l = 0; l < layers.size(); l++) {
                String kind = kinds.get(k);
                int layer = layers.get(l);
                values[k][l] = pairs.stream()
                        .filter(pair ->
                                pair.id().layer() == layer && pair.kind().equals(kind))
                        .mapToDouble(quantity.of())
                        .filter(v -> !Double.isNaN(v))
                        .average()
                        .orElse(Double.NaN);
            }
        }
        return new HeatMap(quantity.label(), values);
    }
}
