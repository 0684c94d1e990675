package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.analyzer.overlap.Distribution;
import org.lowrank.analyzer.overlap.MergeBound;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Figures of an overlap: how inner products are distributed, and what Corollary 1 then allows. */
final class OverlapFigures {
    private static final int POINTS = 61;

    private OverlapFigures() {}

    static FigureSection distribution(TextOverlap overlap) {
        Distribution distinct = overlap.distinct();
        int bins = overlap.all().histogram().length;
        int first = bins;
        int last = 0;
        for (int bin = 0; bin < bins; bin++) {
            if (overlap.all().histogram()[bin] > 0) {
                first = Math.min(first, bin);
                last = bin;
            }
        }
        // One empty interval on either side, and 0, around which the random directions lie.
        int from = Math.max(0, Math.min(first - 1, bins / 2 - 5));
        int to = Math.min(bins - 1, last + 1);
        List<Series> series = new ArrayList<>();
        if (distinct != null) {
            series.add(histogram("tokens of one text only", distinct, from, to, Style.SOLID));
        }
        series.add(histogram("all tokens", overlap.all(), from, to, Style.DASHED));
        series.add(random(overlap.dimension(), OverlapOutput.middle(from, bins), OverlapOutput.middle(to, bins)));
        return new FigureSection(
                "distribution",
                "Inner products",
                "Density of ⟨x, x'⟩ between unit-length embedding rows of the two texts' tokens, weighted by use. The dotted "
                        + "line is that of random directions, N(0, 1/d).",
                1,
                List.of(new Panel(
                        "inner-products",
                        "Distribution of inner products",
                        new Axis("⟨x, x'⟩", false, false),
                        new Axis("Density", false, true),
                        series)));
    }

    private static Series histogram(String name, Distribution distribution, int from, int to, Style style) {
        int bins = distribution.histogram().length;
        double[] x = new double[to - from + 1];
        double[] y = new double[to - from + 1];
        for (int bin = from; bin <= to; bin++) {
            x[bin - from] = OverlapOutput.middle(bin, bins);
            y[bin - from] = distribution.histogram()[bin] * bins / 2;
        }
        return new Series(name, x, y, null, style);
    }

    private static Series random(double dimension, double from, double to) {
        int points = 201;
        double[] x = new double[points];
        double[] y = new double[points];
        for (int i = 0; i < points; i++) {
            x[i] = from + (to - from) * i / (points - 1);
            y[i] = Math.sqrt(dimension / (2 * Math.PI)) * Math.exp(-dimension * x[i] * x[i] / 2);
        }
        return new Series("random directions", x, y, null, Style.DOTTED);
    }

    /** ε/λ over λ, and the bound over steps for each λ. */
    static FigureSection bound(TextOverlap overlap) {
        Distribution used = overlap.distinct() == null ? overlap.all() : overlap.distinct();
        List<Series> limits = new ArrayList<>();
        limits.add(limit("ε, the largest", used.epsilon(), Style.SOLID));
        limits.add(limit("99 % quantile", used.absoluteQuantiles().get(2), Style.DASHED));
        limits.add(limit("median", used.absoluteQuantiles().get(0), Style.DASHED));
        List<Series> steps = new ArrayList<>();
        String set = overlap.distinct() == null ? "all" : "distinct";
        for (MergeBound bound : overlap.bounds()) {
            if (bound.set().equals(set) && bound.statistic().equals("max")) {
                steps.add(steps(overlap, bound));
            }
        }
        List<Panel> panels = new ArrayList<>();
        panels.add(new Panel(
                "bound-limit", "After many steps", new Axis("λ", true, false), new Axis("ε/λ", true, true), limits));
        if (!steps.isEmpty()) {
            panels.add(new Panel(
                    "bound-steps",
                    "During training, with the largest ε",
                    new Axis("Step t", true, true),
                    new Axis("Bound", true, true),
                    steps));
        }
        return new FigureSection(
                "bound",
                "What Corollary 1 allows",
                "How far the sum of two shallow ReLU networks can be from the first one on its own inputs. Only the curve of "
                        + "the largest |⟨x, x'⟩| is the theorem; the others show what a few close pairs cost.",
                2,
                panels);
    }

    private static Series limit(String name, double epsilon, Style style) {
        double[] x = new double[POINTS];
        double[] y = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = Math.pow(10, -4 + 4.0 * i / (POINTS - 1));
            y[i] = epsilon / x[i];
        }
        return new Series(name, x, y, null, style);
    }

    private static Series steps(TextOverlap overlap, MergeBound bound) {
        double[] x = new double[POINTS];
        double[] y = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = Math.pow(10, 6.0 * i / (POINTS - 1));
            y[i] = MergeBound.after(
                    bound.epsilon(), bound.lambda(), overlap.learningRate(), overlap.initialNorm(), x[i]);
        }
        return new Series("λ = " + NumberText.exact(bound.lambda()), x, y, null, Style.SOLID);
    }
}
