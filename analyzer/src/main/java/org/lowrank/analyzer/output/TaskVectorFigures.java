package org.lowrank.analyzer.output;

import static org.lowrank.analyzer.output.Cells.orNaN;
import static org.lowrank.analyzer.output.PairSeries.LAYER;
import static org.lowrank.analyzer.output.PairSeries.baselines;
import static org.lowrank.analyzer.output.PairSeries.lines;
import static org.lowrank.analyzer.output.PairSeries.vector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.lowrank.analyzer.comparison.MatrixPair;
import org.lowrank.analyzer.comparison.TaskVector;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;

/** The difference of two models as a matrix of its own: stable rank, size, singular values. */
final class TaskVectorFigures {
    private TaskVectorFigures() {}

    /** Stable rank and size of W_B − W_A per layer. */
    static List<Section> overLayers(ComparisonResult result) {
        if (result.pairs().stream().noneMatch(pair -> pair.taskVector() != null)) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        PairSeries.byStack(result.pairs(), (prefix, pairs) -> {
            panels.add(new Panel(
                    "task-vector-rank-" + panels.size() / 2,
                    prefix + "Stable rank of W_B − W_A",
                    LAYER,
                    new Axis("‖Δ‖_F / ‖Δ‖_2", false, true),
                    lines(pairs, vector(v -> orNaN(v.stableRank()))),
                    baselines(pairs, vector(v -> v.numbers().gaussianStableRank())),
                    "‖Δ‖F/‖Δ‖2 (paper)",
                    List.of(new Alternative(
                            "Squared (literature)",
                            new Axis("‖Δ‖²_F / ‖Δ‖²_2", false, true),
                            lines(pairs, vector(v -> orNaN(v.numbers().stableRankSquared()))),
                            baselines(
                                    pairs,
                                    vector(v -> v.numbers().gaussianStableRank()
                                            * v.numbers().gaussianStableRank()))))));
            panels.add(new Panel(
                    "task-vector-size-" + panels.size() / 2,
                    prefix + "Size of W_B − W_A",
                    LAYER,
                    new Axis("‖Δ‖_F / ‖A‖_F", false, true),
                    lines(pairs, vector(v -> orNaN(v.relativeSize())))));
        });
        return List.of(new FigureSection(
                "task-vector",
                "The task vector W_B − W_A",
                "The difference of the weights measured as a matrix of its own. The Gaussian baseline is what unstructured "
                        + "changes of the same shape would show; below it the change is concentrated in few directions.",
                2,
                panels));
    }

    /** Singular values of the differences where measured. */
    static List<Section> spectra(ComparisonResult result) {
        Map<String, List<MatrixPair>> kinds = new LinkedHashMap<>();
        PairSeries.byStack(
                result.pairs(),
                (prefix, pairs) -> pairs.stream()
                        .filter(TaskVectorFigures::hasSpectrum)
                        .forEach(
                                pair -> kinds.computeIfAbsent(prefix + pair.id().matrix(), k -> new ArrayList<>())
                                        .add(pair)));
        if (kinds.isEmpty()) {
            return List.of();
        }
        List<Panel> panels = new ArrayList<>();
        kinds.forEach((title, pairs) -> panels.add(SpectrumFigures.panel(
                "task-vector-spectrum-" + panels.size(),
                title,
                pairs.stream()
                        .map(pair -> SpectrumFigures.series(
                                "layer " + pair.id().layer(), Objects.requireNonNull(pair.taskVector())))
                        .toList(),
                pairs.get(0).rowsA(),
                pairs.get(0).colsA())));
        return List.of(
                new FigureSection("task-vector-spectra", "Spectra of W_B − W_A", SpectrumFigures.CAPTION, 4, panels));
    }

    private static boolean hasSpectrum(MatrixPair pair) {
        TaskVector vector = pair.taskVector();
        return vector != null && vector.numbers().spectrum() != null && !vector.identical();
    }
}
