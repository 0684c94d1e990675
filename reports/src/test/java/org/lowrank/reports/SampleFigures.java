package org.lowrank.reports;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.Report.*;
import org.lowrank.reports.finding.Verdict;

/** Figures with invented numbers. */
final class SampleFigures {
    private SampleFigures() {}

    static FigureSection relativeDepth(double[][] rank) {
        List<Panel> panels = new ArrayList<>();
        for (int k = 0; k < 7; k++) {
            List<Series> models = new ArrayList<>();
            for (int m = 0; m < 3; m++) {
                double[] x = new double[rank[k].length];
                double[] y = new double[rank[k].length];
                for (int l = 0; l < x.length; l++) {
                    x[l] = l / (double) Math.max(1, x.length - 1);
                    y[l] = rank[k][l] * (1 + m * 0.9);
                }
                models.add(new Series(
                        List.of("bert-base-uncased", "bge-small-en-v1.5", "all-MiniLM-L6-v2")
                                .get(m),
                        x,
                        y,
                        null,
                        Style.SOLID));
            }
            panels.add(new Panel(
                    "depth-" + SampleReports.KINDS.get(k),
                    SampleReports.KINDS.get(k),
                    new Axis("Relative depth", false, false),
                    new Axis("Stable rank ‖A‖_F / ‖A‖_2", false, true),
                    models));
        }
        return new FigureSection(
                "relative-depth",
                "Compare models",
                "Stable rank against relative depth (first layer 0, last layer 1).",
                4,
                panels,
                List.of());
    }

    /** Four panels with bands, log steps or λ, like the paper's merging experiment. */
    static FigureSection experiment() {
        Axis steps = new Axis("Gradient descent steps", true, false);
        Axis loss = new Axis("Logistic loss", false, true);
        return new FigureSection(
                "merging",
                "Merging by adding weights",
                "Mean and standard deviation over 10 draws.",
                2,
                List.of(
                        new Panel(
                                "different-tasks",
                                "Different tasks",
                                steps,
                                loss,
                                curves("net 1, task 1", "net 2, task 2", "merged, task 1", "merged, task 2")),
                        new Panel(
                                "same-task",
                                "Same task",
                                steps,
                                loss,
                                curves("net 1, task 1", "net 2, task 2", "merged, task 1", "merged, task 2")),
                        new Panel(
                                "decay",
                                "Effect of weight decay (final loss)",
                                new Axis("Weight decay λ", true, false),
                                loss,
                                decay()),
                        new Panel(
                                "ranks",
                                "Stable rank during training",
                                steps,
                                new Axis("Stable rank", false, true),
                                curves("W1 net 1", "W2 net 1", "W1 merged", "W2 merged"))),
                List.of(SampleReports.finding(
                        Verdict.HOLDS,
                        "0.02",
                        "The merged network solves both tasks",
                        "Loss of the merged network at the largest λ; holds below 0.1.",
                        "")));
    }

    private static List<Series> curves(String... names) {
        List<Series> all = new ArrayList<>();
        for (int s = 0; s < names.length; s++) {
            int points = 60;
            double[] x = new double[points];
            double[] y = new double[points];
            double[] sd = new double[points];
            for (int i = 0; i < points; i++) {
                x[i] = Math.pow(10, 5.0 * i / (points - 1));
                double t = i / (double) (points - 1);
                y[i] = s < 2
                        ? 0.8 / (1 + Math.exp(14 * (t - 0.6))) + 0.03 * s + 0.02
                        : 0.7 + 0.5 * Math.exp(-40 * (t - 0.55) * (t - 0.55)) - 0.6 * t * t;
                sd[i] = 0.05 * y[i] + 0.01;
            }
            all.add(new Series(names[s], x, y, sd, names[s].contains("merged") ? Style.DASHED : Style.SOLID));
        }
        return all;
    }

    private static List<Series> decay() {
        double[] lambda = new double[15];
        double[] alone = new double[15];
        double[] half = new double[15];
        double[] merged = new double[15];
        double[] sd = new double[15];
        for (int i = 0; i < 15; i++) {
            lambda[i] = Math.pow(10, -8 + 0.5 * i);
            alone[i] = 0.01 + 0.4 * Math.exp(0.9 * (i - 14));
            merged[i] = 1.4 / (1 + Math.exp(1.3 * (i - 7))) + alone[i];
            sd[i] = 0.06 * merged[i];
            half[i] = alone[i] / 2;
        }
        return List.of(
                new Series("individual networks", lambda, alone, null, Style.SOLID).between(half, merged),
                new Series("individual networks", lambda, half, null, Style.THIN),
                new Series("merged network", lambda, merged, sd, Style.DASHED),
                Series.forbidden("forbidden side", lambda, merged, true));
    }
}
