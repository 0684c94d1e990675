package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.FinetuningSettings.Optimizer;
import org.lowrank.trainer.experiment.Metric;
import org.lowrank.trainer.experiment.Preset;

/** Figure 3 with a pretrained encoder: losses over λ, and what was predicted against what was lost. */
final class FinetuningView implements ExperimentView<FinetuningSettings> {
    private static final String DISJOINT = FinetuningSettings.DISJOINT;
    private static final String SHARED = FinetuningSettings.SHARED;

    @Override
    public Class<FinetuningSettings> settings() {
        return FinetuningSettings.class;
    }

    @Override
    public String name(FinetuningSettings settings) {
        return "finetuning";
    }

    @Override
    public String title(FinetuningSettings settings) {
        return "A pretrained encoder fine-tuned on two tasks and merged";
    }

    @Override
    public List<Card> cards(FinetuningSettings s) {
        return List.of(
                new Card("Encoder", s.model()),
                new Card("Layers", s.layers() == 0 ? "all" : "first " + s.layers()),
                new Card("Samples per task", NumberText.exact(s.data().samples())),
                new Card("Tokens", NumberText.exact(s.data().tokens())),
                new Card("Steps", NumberText.exact(s.training().steps())),
                new Card("Draws", Integer.toString(s.draws())));
    }

    @Override
    public List<Finding> findings(FinetuningSettings settings, CurveSet curves) {
        return FinetuningFindings.of(settings, curves);
    }

    @Override
    public List<Section> figures(FinetuningSettings settings, CurveSet curves, List<Finding> findings) {
        List<Panel> losses = new ArrayList<>();
        List<Panel> predictions = new ArrayList<>();
        for (Optimizer optimizer : Optimizer.values()) {
            FinetuningCurves own = new FinetuningCurves(settings, curves, optimizer);
            losses.add(losses(settings, own, optimizer));
            predictions.add(prediction(settings, own, optimizer));
        }
        return List.of(
                new FigureSection(
                        "losses",
                        "Merged against individual loss",
                        "Medians over " + settings.draws()
                                + " draws of the mean over both tasks, at the last step; on the windows that were trained on.",
                        2,
                        losses,
                        MergingFigures.under(findings, "losses")),
                new FigureSection(
                        "prediction",
                        "Predicted overlap against the loss lost",
                        "A point a draw and λ. The overlap is what lowrank merge predicts from the task vectors alone: √(mean cos²θ)"
                                + " of the leading right directions, mean over the matrices of the layers.",
                        2,
                        predictions,
                        MergingFigures.under(findings, "prediction")));
    }

    private static Panel losses(FinetuningSettings settings, FinetuningCurves curves, Optimizer optimizer) {
        List<Double> lambdas = settings.training().weightDecays();
        double[] x = Lines.abscissae(lambdas);
        List<Series> series = List.of(
                new Series("alone", x, medians(lambdas, l -> curves.alone(DISJOINT, l)), null, Style.SOLID),
                new Series("alone, shared", x, medians(lambdas, l -> curves.alone(SHARED, l)), null, Style.SOLID),
                new Series(
                        "merged, disjoint", x, medians(lambdas, l -> curves.merged(DISJOINT, l)), null, Style.DASHED),
                new Series("merged, shared", x, medians(lambdas, l -> curves.merged(SHARED, l)), null, Style.DASHED));
        double[] untrained = new double[x.length];
        Arrays.fill(untrained, Math.log(2));
        return new Panel(
                "losses-" + optimizer.key(),
                optimizer.title() + ", η = "
                        + NumberText.exact(settings.training().step(optimizer)),
                Lines.lambdaAxis(lambdas),
                new Axis("loss", true, true),
                series,
                List.of(new Series("not fine-tuned", x, untrained, null, Style.DOTTED)));
    }

    private interface OfLambda {
        double[] draws(double lambda);
    }

    private static double[] medians(List<Double> lambdas, OfLambda values) {
        return lambdas.stream()
                .mapToDouble(lambda -> Quantiles.of(0.5, values.draws(lambda)))
                .toArray();
    }

    private static Panel prediction(FinetuningSettings settings, FinetuningCurves curves, Optimizer optimizer) {
        return new Panel(
                "prediction-" + optimizer.key(),
                optimizer.title(),
                new Axis("predicted row overlap", false, false),
                new Axis("merged loss / individual loss", true, true),
                List.of(points("disjoint", DISJOINT, settings, curves), points("shared", SHARED, settings, curves)));
    }

    /** Points without lines between them: a gap after each. */
    private static Series points(String name, String condition, FinetuningSettings settings, FinetuningCurves curves) {
        List<double[]> points = new ArrayList<>();
        for (double lambda : settings.training().weightDecays()) {
            double[][] xy = curves.points(condition, lambda, Metric.Quantity.ROW_OVERLAP);
            for (int draw = 0; draw < xy[0].length; draw++) {
                points.add(new double[] {xy[0][draw], xy[1][draw]});
                points.add(new double[] {xy[0][draw], Double.NaN});
            }
        }
        return new Series(
                name,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray(),
                null,
                Style.SOLID);
    }

    @Override
    public List<String> notes(FinetuningSettings s) {
        List<String> notes = new ArrayList<>();
        if (s.preset() == Preset.QUICK) {
            notes.add("This is the quick preset: two layers, 40 steps, two draws; it decides nothing.");
        }
        notes.add(
                "Both networks of a pair start from one pretrained encoder, as merged models do, not from independent random"
                        + " weights as in the paper; the output on top starts at 0. The merged encoder is θ0 + Δ1 + Δ2, by lowrank merge"
                        + " itself from models on the disk.");
        notes.add(
                "Every weight decays, norms and biases too, as in the paper. AdamW's decay is (1 − ηλ) a step whatever the"
                        + " gradient, so with a usual η it does nothing in a run of this length.");
        notes.add(
                "Disjoint: the tokens in use are divided into two halves of like frequencies; the tasks share the tokens around a"
                        + " window, positions and everything above the embedding. Inputs of the layers are therefore not orthogonal.");
        return notes;
    }

    @Override
    public String labels(FinetuningSettings s) {
        List<String> t = s.data().texts();
        return "which text a window is from: task one " + t.get(0) + " and " + t.get(1) + " (+1) against " + t.get(2)
                + " and " + t.get(3) + "; task two " + t.get(0) + " and " + t.get(2) + " (+1) against " + t.get(1)
                + " and " + t.get(3);
    }

    @Override
    public List<Fact> training(FinetuningSettings s) {
        return List.of(
                new Fact(
                        "Objective",
                        "L(θ), the mean of ln(1 + e^{−y f(x)}) over a batch of "
                                + s.training().batch() + " windows, f = w·h̄ + b",
                        false),
                new Fact(
                        "Update",
                        "AdamW (β 0.9, 0.999): θ ← (1 − ηλ) θ − η m̂/(√v̂ + ε); SGD: θ ← (1 − ηλ) θ − η ∇L; by DJL's trainer",
                        false),
                new Fact(
                        "Arithmetic",
                        "float32 by DJL's PyTorch, one thread a network; losses summed in double",
                        false));
    }
}
