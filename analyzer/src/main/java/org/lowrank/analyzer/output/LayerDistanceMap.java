package org.lowrank.analyzer.output;

import java.util.List;
import org.lowrank.analyzer.comparison.LayerDistances;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Section;

/** Layers of A × layers of B, coloured by their distance, with the pairs framed: which layer came from which. */
final class LayerDistanceMap {
    static final String ID = "layer-distances";

    private LayerDistanceMap() {}

    /** Nothing where no two stacks of different depth have a matrix of one shape. */
    static List<Section> of(ComparisonResult result) {
        List<HeatGrid> grids = result.layerDistances().stream()
                .filter(found -> found.distances().length > 0)
                .map(LayerDistanceMap::grid)
                .toList();
        if (grids.isEmpty()) {
            return List.of();
        }
        return List.of(new HeatMapSection(
                ID,
                "Which layer is near which",
                "Rows are layers of A (" + result.modelA().model() + "), columns those of B ("
                        + result.modelB().model()
                        + "). Distance √(Σ ‖A_i − B_j‖²_F / Σ (‖A_i‖²_F + ‖B_j‖²_F)) over the "
                        + "matrices of one shape, on up to 98,304 entries of a layer: 0 the same weights, 1 independent ones. "
                        + "Framed: the pairs compared below, in the order of both and nearer than "
                        + LayerDistances.LIMIT
                        + ".",
                "rows are layers of A, columns layers of B",
                grids));
    }

    private static HeatGrid grid(LayerDistances found) {
        boolean[][] paired = new boolean[found.layersA().size()][found.layersB().size()];
        found.matched()
                .forEach(pair -> paired[found.layersA().indexOf(pair.layerA())][
                        found.layersB().indexOf(pair.layerB())] = true);
        return new HeatGrid(
                found.stack(),
                found.layersA().stream().map(layer -> "A " + layer).toList(),
                found.layersB().stream().map(layer -> "B " + layer).toList(),
                List.of(new HeatMap("Distance", found.distances()).marking(paired)));
    }
}
