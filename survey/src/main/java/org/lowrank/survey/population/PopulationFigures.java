package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.reports.Report.Alternative;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/** Figures of a population: over depth, over size, and of O beside the others. */
final class PopulationFigures {
    /** Models with a line of their own; the band is of all of them. */
    private static final int MOST_LINES = 60;

    /** Models with a colour and a name in the legend; more of them are thin lines. */
    private static final int MOST_NAMED = 8;

    /** Fewer models have no band. */
    private static final int FEWEST_IN_BAND = 3;

    private static final int MOST_KINDS = 8;
    private static final Axis DEPTH = new Axis("Relative depth", false, false);
    private static final Axis SHARE = new Axis("Share of Gaussian baseline", false, true);
    private static final Axis STABLE_RANK = new Axis("Stable rank ‖A‖_F/‖A‖_2", true, true);
    private static final String BAND = "middle 80 %";
    private static final String MEDIAN = "median";

    private PopulationFigures() {}

    /** A panel per kind: a line a model, the band of the middle 80 % and the median. */
    static FigureSection overDepth(Population population) {
        List<Panel> panels = new ArrayList<>();
        for (String kind : population.kinds()) {
            if (panels.size() < MOST_KINDS) {
                panels.add(new Panel(
                        "depth-" + kind.replace(':', '-'),
                        kind,
                        DEPTH,
                        SHARE,
                        lines(population, kind, subject -> subject.share(kind)),
                        List.of(level("Gaussian", 1)),
                        "Share of Gaussian",
                        List.of(new Alternative(
                                "Size of an entry",
                                new Axis("Root mean square entry ‖A‖_F/√(rc)", true, true),
                                lines(population, kind, subject -> subject.entry(kind)),
                                List.of()))));
            }
        }
        int models = population.subjects().size();
        return new FigureSection(
                "depth",
                "Over depth",
                "Stable rank over that of a random matrix of the same shape, first layer 0, last layer 1. "
                        + (models < 3 ? "" : "Shaded: the middle 80 % of the models at each depth; ")
                        + (models > MOST_LINES
                                ? "lines are " + MOST_LINES + " of the " + models + " " + population.members()
                                        + ", evenly chosen by their median share."
                                : "a line is one of the " + population.members() + "."),
                panels.size() > 4 ? 3 : 2,
                panels);
    }

    /** The same series for every kind, so that one legend serves all panels; empty where a model has none of it. */
    private static List<Series> lines(Population population, String kind, Function<Subject, Curve> curve) {
        boolean few = population.subjects().size() <= MOST_NAMED;
        List<Series> series = new ArrayList<>();
        if (population.subjects().size() >= FEWEST_IN_BAND) {
            boolean enough = population.with(kind).size() >= FEWEST_IN_BAND;
            series.add(enough ? band(population, kind, curve) : none(BAND, Style.AREA));
            Style style = few ? Style.DASHED : Style.SOLID;
            series.add(
                    enough
                            ? new Series(MEDIAN, Curve.GRID.clone(), population.quantile(kind, curve, 0.5), null, style)
                            : none(MEDIAN, style));
        }
        Style style = few ? Style.SOLID : Style.THIN;
        for (Subject subject : drawn(population)) {
            if (subject.has(kind)) {
                Curve line = curve.apply(subject);
                series.add(new Series(subject.title(), line.depth(), line.value(), null, style));
            } else {
                series.add(none(subject.title(), style));
            }
        }
        return series;
    }

    private static Series band(Population population, String kind, Function<Subject, Curve> curve) {
        return Series.area(
                BAND, Curve.GRID.clone(), population.quantile(kind, curve, 0.1), population.quantile(kind, curve, 0.9));
    }

    private static Series none(String name, Style style) {
        return new Series(name, new double[] {0, 1}, new double[] {Double.NaN, Double.NaN}, null, style);
    }

    /** All, or as many as a figure can hold, evenly over their median shares. */
    private static List<Subject> drawn(Population population) {
        List<Subject> all = population.subjects();
        if (all.size() <= MOST_LINES) {
            return all;
        }
        List<Subject> sorted = all.stream()
                .sorted(Comparator.comparingDouble(Subject::medianShare))
                .toList();
        List<Subject> chosen = new ArrayList<>();
        for (int i = 0; i < MOST_LINES; i++) {
            chosen.add(sorted.get((int) Math.round(i * (sorted.size() - 1.0) / (MOST_LINES - 1))));
        }
        return chosen;
    }

    private static Series level(String name, double value) {
        return new Series(name, new double[] {0, 1}, new double[] {value, value}, null, Style.DOTTED);
    }

    /** Median stable rank of each model against its width and its depth, a colour a family. */
    static FigureSection overSize(Population population) {
        return new FigureSection(
                "size",
                "Over width and depth",
                "A point is a model: the median over all its matrices. Dotted: random matrices of these shapes.",
                2,
                List.of(
                        panel(population, "width", "Against width", "Model dimension d", Subject::width),
                        panel(population, "layers", "Against depth", "Layers", Subject::layers)));
    }

    private static Panel panel(
            Population population, String id, String title, String axis, ToDoubleFunction<Subject> size) {
        return new Panel(
                "size-" + id,
                title,
                new Axis(axis, true, true),
                STABLE_RANK,
                families(population, size, WidthFinding::medianRank),
                List.of(byOrder("Gaussian", population, size, WidthFinding::medianGaussian)),
                "Stable rank",
                List.of(new Alternative(
                        "Share of Gaussian", SHARE, families(population, size, Subject::medianShare), List.of())));
    }

    private static List<Series> families(
            Population population, ToDoubleFunction<Subject> x, ToDoubleFunction<Subject> y) {
        Map<String, List<Subject>> families = new LinkedHashMap<>();
        population
                .subjects()
                .forEach(subject -> families.computeIfAbsent(subject.family(), key -> new ArrayList<>())
                        .add(subject));
        List<Series> series = new ArrayList<>();
        families.forEach((family, subjects) -> series.add(new Series(
                family,
                subjects.stream().mapToDouble(x).toArray(),
                subjects.stream().mapToDouble(y).toArray(),
                null,
                Style.POINTS)));
        return series;
    }

    /** The median at each abscissa, joined. */
    private static Series byOrder(
            String name, Population population, ToDoubleFunction<Subject> x, ToDoubleFunction<Subject> y) {
        TreeMap<Double, List<Double>> at = new TreeMap<>();
        population
                .subjects()
                .forEach(subject -> at.computeIfAbsent(x.applyAsDouble(subject), key -> new ArrayList<>())
                        .add(y.applyAsDouble(subject)));
        return new Series(
                name,
                at.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                at.values().stream()
                        .mapToDouble(values -> Medians.of(
                                values.stream().mapToDouble(Double::doubleValue).toArray()))
                        .toArray(),
                null,
                Style.DOTTED);
    }

    /** O beside QKV, M1 and M2: by norm against shape, and entry by entry. */
    static Optional<FigureSection> output(Population population) {
        List<OutputSize> sizes = OutputSize.of(population);
        if (sizes.isEmpty()) {
            return Optional.empty();
        }
        Panel shape = new Panel(
                "output-shape",
                "Norm against shape",
                new Axis("O over the others: √(rc)", true, false),
                new Axis("O over the others: ‖A‖_F", true, false),
                points(sizes, OutputSize::shapeRatio, OutputSize::normRatio),
                List.of(diagonal(sizes, OutputSize::shapeRatio)));
        List<Panel> panels = new ArrayList<>(List.of(shape));
        panels.add(new Panel(
                "output-entry",
                "Size of an entry",
                new Axis("Geometric mean of QKV, M1, M2", true, false),
                new Axis("O", true, false),
                points(sizes, PopulationFigures::others, size -> size.subject().medianEntry("O")),
                List.of(diagonal(sizes, PopulationFigures::others))));
        return Optional.of(new FigureSection(
                "output",
                "O beside the others",
                "The paper finds the norm of O unlike those of QKV, M1 and M2 and leaves it open. On the dotted line the norm of O is"
                        + " what its shape alone makes it (left), and an entry of O is as large as theirs (right). Medians over layers; a"
                        + " point is a model.",
                2,
                panels));
    }

    private static double others(OutputSize size) {
        return Math.cbrt(size.subject().medianEntry("QKV")
                * size.subject().medianEntry("M1")
                * size.subject().medianEntry("M2"));
    }

    private static List<Series> points(
            List<OutputSize> sizes, ToDoubleFunction<OutputSize> x, ToDoubleFunction<OutputSize> y) {
        Map<String, List<OutputSize>> families = new LinkedHashMap<>();
        sizes.forEach(size -> families.computeIfAbsent(size.subject().family(), key -> new ArrayList<>())
                .add(size));
        List<Series> series = new ArrayList<>();
        families.forEach((family, of) -> series.add(new Series(
                family,
                of.stream().mapToDouble(x).toArray(),
                of.stream().mapToDouble(y).toArray(),
                null,
                Style.POINTS)));
        return series;
    }

    private static Series diagonal(List<OutputSize> sizes, ToDoubleFunction<OutputSize> x) {
        double from = sizes.stream().mapToDouble(x).min().orElse(1) / 1.1;
        double to = sizes.stream().mapToDouble(x).max().orElse(1) * 1.1;
        return new Series("equal", new double[] {from, to}, new double[] {from, to}, null, Style.DOTTED);
    }
}
