package org.lowrank.merge.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Cosine, overlap and the norm of the sum over the layers, one line a kind of matrix, beside what is random. */
final class MergeFigures {
    private static final Axis LAYER = new Axis("Layer", false, false);

    private MergeFigures() {}

    /** One figure per pair of models. */
    static List<Report.Section> overLayers(List<PairPrediction> predictions, ShownNames shown) {
        Map<String, List<PairPrediction>> byPair = new LinkedHashMap<>();
        for (PairPrediction pair : predictions) {
            if (pair.sum() != null && pair.matrix().layer() >= 0) {
                String title =
                        shown.of(pair.a().model()) + " and " + shown.of(pair.b().model());
                byPair.computeIfAbsent(title, key -> new ArrayList<>()).add(pair);
            }
        }
        List<Report.Section> figures = new ArrayList<>();
        byPair.forEach((title, pairs) -> figures.add(new Report.FigureSection(
                "pair-" + figures.size(),
                title,
                "How the two task vectors lie to one another, layer by layer; the baseline is what unrelated task vectors of the "
                        + "same shapes and singular values show.",
                2,
                panels(pairs, figures.size()))));
        return figures;
    }

    private static List<Panel> panels(List<PairPrediction> pairs, int figure) {
        List<Panel> panels = new ArrayList<>();
        panels.add(panel(
                "cosine-" + figure,
                "Cosine",
                "⟨Δ_A, Δ_B⟩/(‖Δ_A‖ ‖Δ_B‖)",
                pairs,
                pair -> pair.angle() == null ? Double.NaN : pair.angle().cosine(),
                pair -> 0));
        panels.add(panel(
                "sum-" + figure,
                "Norm of the sum: 0 orthogonal, 1 constructive",
                "(‖sum‖ − largest)/(together − largest)",
                pairs,
                pair -> pair.sum() == null ? Double.NaN : pair.sum().constructive(),
                pair -> pair.sum() == null ? Double.NaN : pair.sum().randomConstructive()));
        panels.add(panel(
                "rows-" + figure,
                "Row spaces (what is read)",
                "√(mean cos²θ)",
                pairs,
                pair -> pair.overlap() == null ? Double.NaN : pair.overlap().rowOverlap(),
                pair -> pair.overlap() == null ? Double.NaN : pair.overlap().randomRowOverlap()));
        panels.add(panel(
                "columns-" + figure,
                "Column spaces (what is written)",
                "√(mean cos²θ)",
                pairs,
                pair -> pair.overlap() == null ? Double.NaN : pair.overlap().columnOverlap(),
                pair -> pair.overlap() == null ? Double.NaN : pair.overlap().randomColumnOverlap()));
        return panels;
    }

    private static Panel panel(
            String id,
            String title,
            String axis,
            List<PairPrediction> pairs,
            ToDoubleFunction<PairPrediction> value,
            ToDoubleFunction<PairPrediction> random) {
        return new Panel(
                id,
                title,
                LAYER,
                new Axis(axis, false, false),
                lines(pairs, value, Style.SOLID),
                lines(pairs, random, Style.DOTTED));
    }

    private static List<Series> lines(List<PairPrediction> pairs, ToDoubleFunction<PairPrediction> value, Style style) {
        Map<String, List<PairPrediction>> kinds = new LinkedHashMap<>();
        for (PairPrediction pair : pairs) {
            kinds.computeIfAbsent(pair.matrix().matrix(), kind -> new ArrayList<>())
                    .add(pair);
        }
        List<Series> lines = new ArrayList<>();
        kinds.forEach((kind, ofKind) -> lines.add(new Series(
                kind,
                ofKind.stream().mapToDouble(pair -> pair.matrix().layer()).toArray(),
                ofKind.stream().mapToDouble(value).toArray(),
                null,
                style)));
        return lines;
    }
}
