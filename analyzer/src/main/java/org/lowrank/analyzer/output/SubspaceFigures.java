package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.PairSeries.LAYER;
import static org.lowrank.analyzer.output.PairSeries.baselines;
import static org.lowrank.analyzer.output.PairSeries.lines;
import static org.lowrank.analyzer.output.PairSeries.overlap;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.SubspaceOverlap;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;

/** How far the leading row and column spaces of two models overlap. */
final class SubspaceFigures {
    private SubspaceFigures() {}

    /** Overlap of the leading row and column spaces per layer, and the single cosines. */
    static List<Section> overLayers(ComparisonResult result) {
        if (result.pairs().stream().noneMatch(pair -> pair.overlap() != null)) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        Axis axis = new Axis("√(mean cos²θ)", false, true);
        PairSeries.byStack(result.pairs(), (prefix, pairs) -> {
            panels.add(new Panel(
                    "row-space-overlap-" + panels.size() / 4,
                    prefix + "Row spaces (what is read)",
                    LAYER,
                    axis,
                    lines(pairs, overlap(SubspaceOverlap::rowSpaceOverlap)),
                    baselines(pairs, overlap(SubspaceOverlap::randomRowSpaceOverlap))));
            panels.add(new Panel(
                    "column-space-overlap-" + panels.size() / 4,
                    prefix + "Column spaces (what is written)",
                    LAYER,
                    axis,
                    lines(pairs, overlap(SubspaceOverlap::columnSpaceOverlap)),
                    baselines(pairs, overlap(SubspaceOverlap::randomColumnSpaceOverlap))));
            panels.add(cosines("row-space-cosines-" + panels.size() / 4, prefix + "Row spaces", pairs, true));
            panels.add(cosines("column-space-cosines-" + panels.size() / 4, prefix + "Column spaces", pairs, false));
        });
        return List.of(new FigureSection(
                "overlap",
                "Overlap of the leading " + result.leadingDirections() + " directions",
                "Principal angles θ between the spaces of the leading singular vectors of A and B: 1 for equal spaces; the "
                        + "baseline √(k/d) is that of independent random ones. Single cosines are means over layers.",
                2,
                panels));
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
                series);
    }
}
