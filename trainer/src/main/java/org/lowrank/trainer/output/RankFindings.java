package org.lowrank.trainer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.experiment.GridSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;

/**
 * Size or rank: λ varies the rank at one width (or depth), and networks of several widths have one rank at different λ. Draw by draw,
 * ln y = a + b ln(value) + c ln(rank) by least squares over all values and λ, y the ratio of losses and the change of outputs;
 * intervals are over draws.
 */
final class RankFindings {
    private static final String ID = GridView.ID + "-rank";

    /** An exponent whose interval is wider says nothing. */
    private static final double WIDEST = 2;

    private final GridSettings settings;
    private final List<GridSlice> slices;

    RankFindings(GridSettings settings, CurveSet curves) {
        this.settings = settings;
        this.slices = GridSlice.all(settings, curves);
    }

    /** Whether there is something to tell apart. */
    static boolean apply(GridSettings settings) {
        boolean size = settings.axis() == GridSettings.Axis.WIDTH || settings.axis() == GridSettings.Axis.DEPTH;
        return size && settings.values().size() > 1 && settings.weightDecays().size() > 1;
    }

    /** Exponents b and c of one draw; NaN where its cells do not decide them. */
    private double[] exponents(int draw, List<List<CurveSet.Draws>> measured) {
        List<double[]> rows = new ArrayList<>();
        for (int s = 0; s < slices.size(); s++) {
            for (int i = 0; i < settings.values().size(); i++) {
                double y = Math.log(slices.get(s).last(measured.get(s).get(i), i)[draw]);
                double rank = slices.get(s).logRank(i)[draw];
                if (Double.isFinite(y) && Double.isFinite(rank)) {
                    rows.add(new double[] {Math.log(settings.values().get(i)), rank, y});
                }
            }
        }
        return regression(rows);
    }

    /** b and c of y = a + b x1 + c x2 by least squares; NaN with fewer than four rows or where x1 decides x2. */
    static double[] regression(List<double[]> rows) {
        int n = rows.size();
        double[] mean = new double[3];
        for (double[] row : rows) {
            for (int j = 0; j < 3; j++) {
                mean[j] += row[j] / n;
            }
        }
        double[][] moments = new double[3][3];
        for (double[] row : rows) {
            for (int j = 0; j < 3; j++) {
                for (int k = 0; k < 3; k++) {
                    moments[j][k] += (row[j] - mean[j]) * (row[k] - mean[k]);
                }
            }
        }
        double determinant = moments[0][0] * moments[1][1] - moments[0][1] * moments[0][1];
        if (n < 4 || !(determinant > 1e-6 * moments[0][0] * moments[1][1])) {
            return new double[] {Double.NaN, Double.NaN};
        }
        return new double[] {
            (moments[0][2] * moments[1][1] - moments[1][2] * moments[0][1]) / determinant,
            (moments[1][2] * moments[0][0] - moments[0][2] * moments[0][1]) / determinant
        };
    }

    private Interval exponent(int which, List<List<CurveSet.Draws>> measured) {
        double[] exponents = new double[settings.draws()];
        for (int draw = 0; draw < exponents.length; draw++) {
            exponents[draw] = exponents(draw, measured)[which];
        }
        return Interval.of(exponents);
    }

    private List<List<CurveSet.Draws>> ratios() {
        return slices.stream()
                .map(slice -> slice.ratios(Quantity.MERGED_LOSS, Quantity.INDIVIDUAL_LOSS))
                .toList();
    }

    private List<List<CurveSet.Draws>> gaps() {
        return slices.stream().map(slice -> slice.all(Quantity.OUTPUT_GAP)).toList();
    }

    Finding held() {
        Interval size = exponent(0, ratios());
        Interval rank = exponent(1, ratios());
        Interval gapSize = exponent(0, gaps());
        Interval gapRank = exponent(1, gaps());
        String what = settings.axis() == GridSettings.Axis.WIDTH ? "width" : "depth";
        if (size.draws() == 0) {
            return Finding.of(
                    ID,
                    Verdict.UNDECIDED,
                    "–",
                    "Of " + what + " and rank, which decides is not told apart by these λ.",
                    matched(),
                    Map.of());
        }
        return Finding.of(
                ID,
                size.decides() ? Verdict.INFORMATION : Verdict.UNDECIDED,
                isPower(gapSize) ? "like " + power(what, gapSize) : "–",
                "The change of outputs by merging " + goes(what, gapSize)
                        + " at equal stable rank and, as λ varies it, "
                        + goes("rank", gapRank) + " at equal " + what
                        + "; the ratio of merged to individual loss, which λ changes beside rank, "
                        + goes(what, size) + " and " + goes("rank", rank) + ".",
                "Exponents over " + size.draws() + " draws, of the ratio " + size.text() + " and " + rank.text()
                        + ", of the change of outputs " + gapSize.text() + " and " + gapRank.text()
                        + ". With the rank λ changes what is left of the other network's first layer on these inputs, (1 − ηλ)^t. "
                        + matched(),
                Map.of(
                        "ratio_size_exponent",
                        size.mean(),
                        "ratio_rank_exponent",
                        rank.mean(),
                        "gap_size_exponent",
                        gapSize.mean(),
                        "gap_rank_exponent",
                        gapRank.mean()));
    }

    /** Of an exponent that is known to about one as a power, of one whose sign alone is as a direction. */
    private static String goes(String of, Interval exponent) {
        if (isPower(exponent)) {
            return "goes like " + power(of, exponent);
        }
        return exponent.low() > 0
                ? "rises with " + of
                : exponent.high() < 0
                        ? "falls with " + of
                        : isKnown(exponent)
                                ? "does not clearly change with " + of
                                : "changes with " + of + " in a way these draws leave open";
    }

    private static String power(String of, Interval exponent) {
        return of + "^" + NumberText.of(exponent.mean());
    }

    private static boolean isPower(Interval exponent) {
        return isKnown(exponent) && (exponent.low() > 0 || exponent.high() < 0);
    }

    private static boolean isKnown(Interval exponent) {
        return exponent.high() - exponent.low() <= WIDEST;
    }

    private double median(GridSlice slice, int value) {
        return Quantiles.of(0.5, slice.logRank(value));
    }

    /** At every value the λ whose median rank is nearest to the median over all. */
    private String matched() {
        List<Double> ranks = new ArrayList<>();
        for (GridSlice slice : slices) {
            for (int i = 0; i < settings.values().size(); i++) {
                ranks.add(median(slice, i));
            }
        }
        double target = Quantiles.of(
                0.5, ranks.stream().mapToDouble(Double::doubleValue).toArray());
        if (Double.isNaN(target)) {
            return "Every network collapsed.";
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < settings.values().size(); i++) {
            GridSlice nearest = null;
            for (GridSlice slice : slices) {
                double off = Math.abs(median(slice, i) - target);
                if (!Double.isNaN(off) && (nearest == null || off < Math.abs(median(nearest, i) - target))) {
                    nearest = slice;
                }
            }
            if (nearest != null) {
                CurveSet.Draws ratio = nearest.ratios(Quantity.MERGED_LOSS, Quantity.INDIVIDUAL_LOSS)
                        .get(i);
                CurveSet.Draws gap = nearest.all(Quantity.OUTPUT_GAP).get(i);
                parts.add(nearest.conditions().get(i) + ", λ = " + NumberText.exact(nearest.lambda()) + ": rank "
                        + NumberText.of(Math.exp(median(nearest, i))) + ", ratio ×"
                        + Interval.geometric(nearest.last(ratio, i)).text() + ", change "
                        + Interval.geometric(nearest.last(gap, i)).text());
            }
        }
        return "Rank held near " + NumberText.of(Math.exp(target)) + " by λ: " + String.join("; ", parts) + ".";
    }

    /** A line per value over rank, its points the λ. */
    FigureSection figure(List<Finding> findings) {
        return new FigureSection(
                ID,
                settings.axis() == GridSettings.Axis.WIDTH ? "Width or rank" : "Depth or rank",
                "Medians over " + settings.draws() + " draws; a line is one " + GridView.axis(settings)
                        + ", its points are the λ.",
                2,
                List.of(
                        new Panel(
                                ID + "-ratio",
                                "Merged over individual loss",
                                new Axis("stable rank of the hidden matrices", true, true),
                                new Axis("merged / individual loss", true, true),
                                lines(ratios())),
                        new Panel(
                                ID + "-gap",
                                "Change of outputs",
                                new Axis("stable rank of the hidden matrices", true, true),
                                new Axis("Σ|f_{θ+θ′} − f_θ| / Σ|f_θ|", true, true),
                                lines(gaps()))),
                MergingFigures.under(findings, ID));
    }

    private List<Series> lines(List<List<CurveSet.Draws>> measured) {
        List<Series> lines = new ArrayList<>();
        for (int i = 0; i < settings.values().size(); i++) {
            double[] x = new double[slices.size()];
            double[] y = new double[slices.size()];
            for (int s = 0; s < slices.size(); s++) {
                x[s] = Math.exp(median(slices.get(s), i));
                y[s] = Quantiles.of(0.5, slices.get(s).last(measured.get(s).get(i), i));
            }
            lines.add(new Series(settings.condition(settings.values().get(i)), x, y, null, Style.SOLID));
        }
        return lines;
    }
}
