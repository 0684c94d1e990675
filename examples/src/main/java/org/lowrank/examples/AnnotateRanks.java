package org.lowrank.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lowrank.reports.FigureRenderer;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/**
 * A figure of one's own from matrices.csv, with words beside the values: {@code AnnotateRanks MATRICES.csv FIGURE.svg} draws the
 * stable ranks of the square attention matrices over the layers, and what 2, 7 and 14 mean.
 */
public final class AnnotateRanks {
    private static final List<String> KINDS = List.of("Q", "K", "V", "O");

    private AnnotateRanks() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(args[0]));
        List<String> columns = Arrays.asList(lines.get(0).split(","));
        Map<String, List<double[]>> ranks = new LinkedHashMap<>(); // (layer, stable rank) of each kind
        double random = Double.NaN;
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",");
            String kind = cells[columns.indexOf("matrix")];
            if (KINDS.contains(kind)) {
                double layer = Double.parseDouble(cells[columns.indexOf("layer")]);
                double rank = Double.parseDouble(cells[columns.indexOf("stable_rank")]);
                ranks.computeIfAbsent(kind, k -> new ArrayList<>()).add(new double[] {layer, rank});
                random = Double.parseDouble(cells[columns.indexOf("gaussian_stable_rank")]);
            }
        }
        Files.writeString(Path.of(args[1]), FigureRenderer.svg(figure(ranks, random)));
        System.out.println(args[1]);
    }

    private static FigureSection figure(Map<String, List<double[]>> ranks, double random) {
        List<Series> series = new ArrayList<>();
        ranks.forEach((kind, points) -> series.add(new Series(
                kind,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray(),
                null,
                Style.SOLID)));
        double last = series.get(0).x()[series.get(0).x().length - 1];
        List<Series> rules = List.of(
                rule("random weights of this shape: training has done nothing, or all of it elsewhere", random, last),
                rule("half of random, a quarter of the directions: usual after training", random / 2, last),
                rule("a handful of directions: an outlier or one feature; look at the matrix", 2, last),
                rule("one direction", 1, last));
        Panel panel = new Panel(
                "ranks",
                "How many directions a matrix acts in, as a square root",
                new Axis("Layer", false, false),
                new Axis("stable rank ‖A‖_F / ‖A‖_2", false, false),
                series,
                rules);
        return new FigureSection("ranks", "Stable ranks", "", 1, List.of(panel));
    }

    private static Series rule(String words, double value, double last) {
        return new Series(words, new double[] {0, last}, new double[] {value, value}, null, Style.DOTTED);
    }
}
