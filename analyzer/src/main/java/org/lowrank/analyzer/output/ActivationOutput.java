package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.activation.ActivationOverlap;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.HeatGrid;
import org.lowrank.reports.Report.HeatMap;
import org.lowrank.reports.Report.HeatMapSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Overlap at every depth as activations.csv, curves and a heat map. */
final class ActivationOutput {
    private static final List<String> COLUMNS = List.of(
            "model",
            "revision",
            "stack",
            "layer",
            "input",
            "tokens_a",
            "tokens_b",
            "width",
            "cos_mean",
            "cos_abs_p50",
            "cos_abs_p99",
            "cos_abs_max",
            "energy_b_in_a",
            "energy_random",
            "energy_a_in_a",
            "stable_rank_a",
            "stable_rank_b",
            "effective_rank_a",
            "effective_rank_b",
            "cos_abs_p50_random",
            "cos_abs_p99_random",
            "cos_abs_p99_a_in_a",
            "angle_overlap",
            "angle_overlap_random",
            "angle_overlap_a_in_a",
            "centred_cos_mean",
            "centred_cos_abs_p50",
            "centred_cos_abs_p99",
            "centred_cos_abs_max",
            "centred_cos_abs_p99_a_in_a",
            "centred_energy_b_in_a",
            "centred_energy_a_in_a",
            "centred_angle_overlap",
            "centred_angle_overlap_a_in_a",
            "gamma",
            "cos_abs_p99_null_model",
            "cos_abs_p99_a_in_a_null_model",
            "energy_b_in_a_null_model",
            "energy_a_in_a_null_model");

    private ActivationOutput() {}

    static String csv(OverlapResult result, List<ActivationOverlap> rows) {
        CsvWriter writer = new CsvWriter(COLUMNS);
        for (ActivationOverlap row : rows) {
            List<String> cells = new ArrayList<>(List.of(
                    result.model().model(),
                    result.model().revision(),
                    row.stack(),
                    Integer.toString(row.layer()),
                    row.input(),
                    Integer.toString(row.tokensA()),
                    Integer.toString(row.tokensB()),
                    Integer.toString(row.width())));
            ActivationOverlap.Reading raw = row.raw();
            ActivationOverlap.Reading centred = row.centred();
            for (double number : new double[] {
                raw.cosMean(),
                raw.p50(),
                raw.p99(),
                raw.max(),
                raw.energyBInA(),
                row.random().energy(),
                raw.energyAInA(),
                row.stableRankA(),
                row.stableRankB(),
                row.effectiveRankA(),
                row.effectiveRankB(),
                row.random().p50(),
                row.random().p99(),
                raw.ownP99(),
                raw.angleOverlap(),
                row.random().angleOverlap(),
                raw.ownAngleOverlap(),
                centred.cosMean(),
                centred.p50(),
                centred.p99(),
                centred.max(),
                centred.ownP99(),
                centred.energyBInA(),
                centred.energyAInA(),
                centred.angleOverlap(),
                centred.ownAngleOverlap(),
                Cells.orNaN(row.gamma()),
                ofNullModel(row, ActivationOverlap.Reading::p99),
                ofNullModel(row, ActivationOverlap.Reading::ownP99),
                ofNullModel(row, ActivationOverlap.Reading::energyBInA),
                ofNullModel(row, ActivationOverlap.Reading::energyAInA)
            }) {
                cells.add(CsvWriter.number(number));
            }
            writer.add(cells);
        }
        return writer.toString();
    }

    private static double ofNullModel(ActivationOverlap row, ToDoubleFunction<ActivationOverlap.Reading> number) {
        ActivationOverlap.Reading reading = row.nullModel();
        return reading == null ? Double.NaN : number.applyAsDouble(reading);
    }

    /** Curves over depth with their controls: cosines, and shares of energy, with and without the mean. */
    static FigureSection curves(List<ActivationOverlap> rows) {
        return new FigureSection(
                "activations",
                "At every depth",
                "Inputs of Q, K and V (the other inputs are in the map and in activations.csv). Solid: tokens of A against tokens of "
                        + "B. Dashed: the two halves of A, or A and the control text: one subject. Dotted: independent random directions. "
                        + "Null model: the same texts through the same model with random weights of equal variance.",
                2,
                List.of(
                        panel(
                                rows,
                                "cosines",
                                "|cos|, 99 % quantile",
                                row -> row.raw().p99(),
                                row -> row.raw().ownP99(),
                                row -> row.random().p99(),
                                row -> ofNullModel(row, ActivationOverlap.Reading::p99)),
                        panel(
                                rows,
                                "cosines-centred",
                                "|cos| less the common mean, 99 % quantile",
                                row -> row.centred().p99(),
                                row -> row.centred().ownP99(),
                                row -> row.random().p99(),
                                row -> Double.NaN),
                        panel(
                                rows,
                                "energy",
                                "Energy in A's leading directions",
                                row -> row.raw().energyBInA(),
                                row -> row.raw().energyAInA(),
                                row -> row.random().energy(),
                                row -> ofNullModel(row, ActivationOverlap.Reading::energyBInA)),
                        panel(
                                rows,
                                "energy-centred",
                                "Energy less the common mean",
                                row -> row.centred().energyBInA(),
                                row -> row.centred().energyAInA(),
                                row -> row.random().energy(),
                                row -> Double.NaN)));
    }

    private static Panel panel(
            List<ActivationOverlap> rows,
            String id,
            String title,
            ToDoubleFunction<ActivationOverlap> across,
            ToDoubleFunction<ActivationOverlap> own,
            ToDoubleFunction<ActivationOverlap> random,
            ToDoubleFunction<ActivationOverlap> nullModel) {
        List<ActivationOverlap> inputs =
                rows.stream().filter(row -> row.input().equals("QKV")).toList();
        double[] layers = inputs.stream().mapToDouble(ActivationOverlap::layer).toArray();
        List<Series> series = new ArrayList<>(List.of(
                series("A and B", layers, inputs, across, Style.SOLID),
                series("A and A", layers, inputs, own, Style.DASHED),
                series("random", layers, inputs, random, Style.DOTTED)));
        if (inputs.stream().mapToDouble(nullModel).anyMatch(Double::isFinite)) {
            series.add(series("null model", layers, inputs, nullModel, Style.DOTTED));
        }
        return new Panel(id, title, new Axis("Layer", false, false), new Axis(title, false, true), series);
    }

    private static Series series(
            String name,
            double[] layers,
            List<ActivationOverlap> rows,
            ToDoubleFunction<ActivationOverlap> number,
            Style style) {
        return new Series(name, layers, rows.stream().mapToDouble(number).toArray(), null, style);
    }

    /** Layer × input. */
    static HeatMapSection map(String model, List<ActivationOverlap> rows) {
        Set<Integer> layers = new LinkedHashSet<>();
        Set<String> inputs = new LinkedHashSet<>();
        rows.forEach(row -> {
            layers.add(row.layer());
            inputs.add(row.input());
        });
        List<HeatMap> maps = List.of(
                grid("|cos| 99 %", rows, layers, inputs, row -> row.raw().p99()),
                grid("less the mean", rows, layers, inputs, row -> row.centred().p99()),
                grid("energy of B in A", rows, layers, inputs, row -> row.raw().energyBInA()));
        return new HeatMapSection(
                "activation-map",
                "Layer by input",
                "99 % quantile of |cos| between tokens of A and of B, with and without their common mean; the share of B's energy in "
                        + "A's leading directions. The embedding is taken with its positions and norm.",
                List.of(new HeatGrid(
                        model,
                        layers.stream()
                                .map(layer -> layer < 0 ? "embedding" : String.valueOf(layer))
                                .toList(),
                        List.copyOf(inputs),
                        maps)));
    }

    private static HeatMap grid(
            String label,
            List<ActivationOverlap> rows,
            Set<Integer> layers,
            Set<String> inputs,
            ToDoubleFunction<ActivationOverlap> number) {
        double[][] values = new double[layers.size()][inputs.size()];
        int i = 0;
        for (int layer : layers) {
            int j = 0;
            for (String input : inputs) {
                values[i][j++] = rows.stream()
                        .filter(row -> row.layer() == layer && row.input().equals(input))
                        .mapToDouble(number)
                        .findFirst()
                        .orElse(Double.NaN);
            }
            i++;
        }
        return new HeatMap(label, values);
    }
}
