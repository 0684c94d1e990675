package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;

/** Figures of the experiments that vary one thing. */
final class GridFigures {
    private GridFigures() {}

    /** What merging costs at one λ. */
    static FigureSection merging(GridSlice slice, List<Finding> findings) {
        GridSettings settings = slice.settings();
        String id = slice.id();
        Axis x = new Axis(GridView.axis(settings), settings.axis() == GridSettings.Axis.WIDTH, false);
        List<CurveSet.Draws> ratios = slice.ratios(Quantity.MERGED_LOSS, Quantity.INDIVIDUAL_LOSS);
        List<Panel> panels = new ArrayList<>();
        panels.add(new Panel(
                id + "-ratio",
                "Merged over individual loss",
                x,
                new Axis("merged / individual loss", true, true),
                Lines.together(
                        Lines.medians("merged / individual", values(settings), Lines.last(ratios), Style.SOLID),
                        List.of(new Series(
                                "1: as good as alone",
                                values(settings),
                                settings.values().stream().mapToDouble(v -> 1).toArray(),
                                null,
                                Style.DOTTED)))));
        List<Series> losses = new ArrayList<>(Lines.together(
                median("sum", slice, Quantity.MERGED_LOSS, Style.SOLID),
                median("mean", slice, Quantity.AVERAGED_LOSS, Style.DASHED),
                median("individual", slice, Quantity.INDIVIDUAL_LOSS, Style.DOTTED)));
        if (slice.has(Quantity.SCALED_LOSS)) {
            losses.addAll(median("best multiple of the sum", slice, Quantity.SCALED_LOSS, Style.DASHED));
        }
        panels.add(new Panel(
                id + "-losses", "Numerator and denominator", x, new Axis("logistic loss", true, true), losses));
        if (slice.has(Quantity.OUTPUT_GAP)) {
            panels.add(settings.axis() == GridSettings.Axis.OVERLAP ? bounds(slice, x) : controls(slice, x));
        }
        panels.add(rank(slice, x));
        return new FigureSection(
                id,
                slice.title(),
                "Medians over " + settings.draws() + " draws after "
                        + NumberText.exact(settings.protocol().steps())
                        + " steps, bands from the 10 % to the 90 % quantile, every draw thinly.",
                2,
                panels,
                MergingFigures.under(findings, id));
    }

    private static Panel bounds(GridSlice slice, Axis x) {
        return new Panel(
                slice.id() + "-bounds",
                "Change of outputs and its bounds",
                x,
                new Axis("Σ|f_{θ+θ′} − f_θ| / Σ|f_θ|", true, true),
                Lines.together(
                        median("measured", slice, Quantity.OUTPUT_GAP, Style.SOLID),
                        median("bound, measured ‖W′_k h‖", slice, Quantity.GAP_BOUND, Style.DOTTED),
                        median("bound, norms only", slice, Quantity.NORM_BOUND, Style.DOTTED)));
    }

    private static Panel controls(GridSlice slice, Axis x) {
        return new Panel(
                slice.id() + "-controls",
                "Change of outputs by the other network and by random ones",
                x,
                new Axis("Σ|f_{θ+θ′} − f_θ| / Σ|f_θ|", true, true),
                Lines.together(
                        median("trained", slice, Quantity.OUTPUT_GAP, Style.SOLID),
                        median("same singular values", slice, Quantity.ROTATED_GAP, Style.DASHED),
                        median("normal, same norm", slice, Quantity.GAUSSIAN_GAP, Style.DOTTED)));
    }

    private static Panel rank(GridSlice slice, Axis x) {
        GridSettings settings = slice.settings();
        double[] ranks = new double[settings.values().size()];
        for (int i = 0; i < ranks.length; i++) {
            ranks[i] = Math.exp(Quantiles.of(0.5, slice.logRank(i)));
        }
        return new Panel(
                slice.id() + "-rank",
                "Stable rank of the hidden matrices",
                x,
                new Axis("‖W_k‖_F / ‖W_k‖_2, geometric mean", false, true),
                List.of(new Series("median", values(settings), ranks, null, Style.SOLID)));
    }

    static FigureSection transition(GridSettings settings, CurveSet curves, List<Finding> findings) {
        List<Series> norms = new ArrayList<>();
        List<Series> losses = new ArrayList<>();
        List<Series> escapes = new ArrayList<>();
        for (double value : settings.values()) {
            String name = settings.condition(value);
            List<CurveSet.Draws> norm = new ArrayList<>();
            List<CurveSet.Draws> loss = new ArrayList<>();
            for (double lambda : settings.weightDecays()) {
                norm.add(curves.get(name, lambda, Quantity.FROBENIUS_NORM.at(1)));
                loss.add(curves.get(name, lambda, Quantity.LOSS.alone()));
            }
            norms.addAll(Lines.mediansOverLambda(name, settings.weightDecays(), norm, Style.SOLID));
            losses.addAll(Lines.mediansOverLambda(name, settings.weightDecays(), loss, Style.SOLID));
            escapes.add(new Series(
                    name,
                    Lines.abscissae(settings.weightDecays()),
                    loss.stream()
                            .mapToDouble(draws -> Quantiles.of(0.5, TransitionFindings.escapes(draws)))
                            .toArray(),
                    null,
                    Style.SOLID));
        }
        Axis x = Lines.lambdaAxis(settings.weightDecays());
        String id = GridView.ID;
        List<SearchedTransition> searched = SearchedTransition.all(settings, curves);
        List<Panel> panels = new ArrayList<>(List.of(
                new Panel(id + "-norm", "Norm of the first layer", x, new Axis("‖W_1‖_F", false, true), norms),
                new Panel(
                        id + "-loss", "Loss: ln 2 where collapsed", x, new Axis("logistic loss", false, true), losses),
                new Panel(
                        id + "-escape",
                        "Steps until the loss is below 0.9 ln 2, of draws that get there",
                        x,
                        new Axis("step", true, true),
                        escapes)));
        if (!searched.isEmpty()) {
            panels.add(SearchedTransition.panel(searched));
        }
        return new FigureSection(
                id,
                "Collapse over λ",
                "Medians over " + settings.draws() + " draws after "
                        + NumberText.exact(settings.protocol().steps())
                        + " steps, bands from the 10 % to the 90 % quantile, a line per depth and thinly every draw.",
                2,
                panels,
                MergingFigures.under(findings, id));
    }

    private static double[] values(GridSettings settings) {
        return settings.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<Series> median(String name, GridSlice slice, Quantity quantity, Style style) {
        return Lines.medians(name, values(slice.settings()), Lines.last(slice.all(quantity)), style);
    }
}
