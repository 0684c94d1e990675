package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.curve.Moments;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Preset;

/** Merging over widths, depths, overlaps and numbers of tasks; collapse over λ. */
final class GridView implements ExperimentView<GridSettings> {
    static final String ID = "grid";

    @Override
    public Class<GridSettings> settings() {
        return GridSettings.class;
    }

    @Override
    public String name(GridSettings settings) {
        return settings.axis().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String title(GridSettings settings) {
        return switch (settings.axis()) {
            case WIDTH -> "Merging over the width of the networks";
            case DEPTH -> "Merging over the depth of the networks";
            case OVERLAP -> "Merging over the overlap of the tasks' inputs";
            case TASKS -> "Merging many tasks";
            case TRANSITION -> "Collapse over weight decay, by depth";
        };
    }

    static String axis(GridSettings settings) {
        return switch (settings.axis()) {
            case WIDTH -> "width of the first hidden layer";
            case DEPTH, TRANSITION -> "number of layers K";
            case OVERLAP -> "overlap ρ of the tasks' inputs";
            case TASKS -> "number of tasks";
        };
    }

    @Override
    public List<Card> cards(GridSettings s) {
        return Protocols.cards(
                s,
                new Card(
                        "Values",
                        ExperimentReport.join(
                                s.values().stream().map(NumberText::exact).toList())),
                new Card(
                        "λ",
                        s.weightDecays().size() > 3
                                ? s.weightDecays().size() + " values"
                                : ExperimentReport.join(s.weightDecays().stream()
                                        .map(NumberText::exact)
                                        .toList())));
    }

    @Override
    public List<Finding> findings(GridSettings settings, CurveSet curves) {
        return settings.axis() == GridSettings.Axis.TRANSITION
                ? TransitionFindings.of(settings, curves)
                : GridFindings.of(settings, curves);
    }

    @Override
    public List<Section> figures(GridSettings settings, CurveSet curves, List<Finding> findings) {
        return settings.axis() == GridSettings.Axis.TRANSITION
                ? List.of(transition(settings, curves, findings))
                : settings.weightDecays().stream()
                        .map(lambda -> (Section) merging(settings, curves, findings, lambda))
                        .toList();
    }

    private static FigureSection merging(
            GridSettings settings, CurveSet curves, List<Finding> findings, double lambda) {
        String id = ID + "-" + Double.toString(lambda).replace('.', '_');
        Axis x = new Axis(axis(settings), settings.axis() == GridSettings.Axis.WIDTH, false);
        double[] ones = settings.values().stream().mapToDouble(value -> 1).toArray();
        return new FigureSection(
                id,
                "λ = " + NumberText.exact(lambda),
                "Medians over " + settings.draws() + " draws after "
                        + NumberText.exact(settings.protocol().steps()) + " steps, dashed the 10 % and 90 % quantiles.",
                2,
                List.of(
                        new Panel(
                                id + "-ratio",
                                "Merged over individual loss",
                                x,
                                new Axis("merged / individual loss", true, true),
                                List.of(
                                        line("median", settings, ratio(settings, curves, lambda), 0.5, Style.SOLID),
                                        line("90 %", settings, ratio(settings, curves, lambda), 0.9, Style.DASHED),
                                        line("10 %", settings, ratio(settings, curves, lambda), 0.1, Style.DASHED),
                                        new Series("1: as good as alone", values(settings), ones, null, Style.DOTTED))),
                        new Panel(
                                id + "-losses",
                                "Numerator and denominator",
                                x,
                                new Axis("logistic loss", true, true),
                                List.of(
                                        line(
                                                "merged (sum)",
                                                settings,
                                                all(settings, curves, lambda, Quantity.MERGED_LOSS.alone()),
                                                0.5,
                                                Style.SOLID),
                                        line(
                                                "merged (mean)",
                                                settings,
                                                all(settings, curves, lambda, Quantity.AVERAGED_LOSS.alone()),
                                                0.5,
                                                Style.DASHED),
                                        line(
                                                "individual",
                                                settings,
                                                all(settings, curves, lambda, Quantity.INDIVIDUAL_LOSS.alone()),
                                                0.5,
                                                Style.DOTTED))),
                        new Panel(
                                id + "-rank",
                                "Stable rank of W_1",
                                x,
                                new Axis("‖W_1‖_F / ‖W_1‖_2", false, true),
                                List.of(line(
                                        "median",
                                        settings,
                                        all(settings, curves, lambda, Quantity.STABLE_RANK.at(1)),
                                        0.5,
                                        Style.SOLID)))),
                MergingFigures.under(findings, id));
    }

    private static FigureSection transition(GridSettings settings, CurveSet curves, List<Finding> findings) {
        List<Series> norms = new ArrayList<>();
        List<Series> losses = new ArrayList<>();
        for (double value : settings.values()) {
            String name = settings.condition(value);
            List<CurveSet.Draws> norm = new ArrayList<>();
            List<CurveSet.Draws> loss = new ArrayList<>();
            for (double lambda : settings.weightDecays()) {
                norm.add(curves.get(name, lambda, Quantity.FROBENIUS_NORM.at(1)));
                loss.add(curves.get(name, lambda, Quantity.LOSS.alone()));
            }
            norms.add(Lines.quantileOverLambda(name, settings.weightDecays(), norm, 0.5, Style.SOLID));
            losses.add(Lines.quantileOverLambda(name, settings.weightDecays(), loss, 0.5, Style.SOLID));
        }
        Axis x = Lines.lambdaAxis(settings.weightDecays());
        return new FigureSection(
                ID,
                "Collapse over λ",
                "Medians over " + settings.draws() + " draws after "
                        + NumberText.exact(settings.protocol().steps()) + " steps, a line per depth.",
                2,
                List.of(
                        new Panel(ID + "-norm", "Norm of the first layer", x, new Axis("‖W_1‖_F", false, true), norms),
                        new Panel(
                                ID + "-loss",
                                "Loss: ln 2 where collapsed",
                                x,
                                new Axis("logistic loss", false, true),
                                losses)),
                MergingFigures.under(findings, ID));
    }

    private static double[] values(GridSettings settings) {
        return settings.values().stream().mapToDouble(Double::doubleValue).toArray();
    }

    static List<CurveSet.Draws> all(GridSettings settings, CurveSet curves, double lambda, Metric metric) {
        return settings.values().stream()
                .map(value -> curves.get(settings.condition(value), lambda, metric))
                .toList();
    }

    static List<CurveSet.Draws> ratio(GridSettings settings, CurveSet curves, double lambda) {
        List<CurveSet.Draws> merged = all(settings, curves, lambda, Quantity.MERGED_LOSS.alone());
        List<CurveSet.Draws> own = all(settings, curves, lambda, Quantity.INDIVIDUAL_LOSS.alone());
        List<CurveSet.Draws> ratios = new ArrayList<>();
        for (int i = 0; i < merged.size(); i++) {
            ratios.add(merged.get(i).combine(own.get(i), (m, o) -> m / o));
        }
        return ratios;
    }

    private static Series line(
            String name, GridSettings settings, List<CurveSet.Draws> draws, double share, Style style) {
        return new Series(
                name,
                values(settings),
                draws.stream()
                        .mapToDouble(d -> Moments.quantile(d.at(d.last()), share))
                        .toArray(),
                null,
                style);
    }

    @Override
    public List<String> notes(GridSettings settings) {
        List<String> notes = new ArrayList<>();
        if (settings.preset() == Preset.QUICK && settings.axis() != GridSettings.Axis.TRANSITION) {
            notes.add(
                    "This is the quick preset: small networks, few steps at a large λ, five draws. It shows how to ask the"
                            + " question, and what small networks answer; Figure 3's are larger and trained longer.");
        }
        notes.add("The paper makes no claim about this axis; findings say what was measured.");
        return notes;
    }
}
