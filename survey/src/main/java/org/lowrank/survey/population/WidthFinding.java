package org.lowrank.survey.population;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.machine.statistics.LeastSquares;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.spectral.StableRank;

/** How the stable ranks of a population grow with the width of its models, beside those of random matrices of their shapes. */
final class WidthFinding {
    /** Fewer widths tell no growth. */
    private static final int FEWEST_WIDTHS = 3;

    private WidthFinding() {}

    /** How stable ranks grow with width: the slope of ln stable rank on ln d by least squares, a point a model. */
    static Optional<Finding> of(Population population) {
        List<Subject> subjects = population.subjects().stream()
                .filter(subject -> subject.width() > 0 && !Double.isNaN(medianRank(subject)))
                .toList();
        long widths = subjects.stream().mapToDouble(Subject::width).distinct().count();
        if (widths < FEWEST_WIDTHS) {
            return Optional.empty();
        }
        double[] x = subjects.stream().mapToDouble(s -> Math.log(s.width())).toArray();
        double measured = exponent(x, subjects, WidthFinding::medianRank);
        double random = exponent(x, subjects, WidthFinding::medianGaussian);
        return Optional.of(Finding.of(
                "population-width",
                Verdict.INFORMATION,
                power(measured),
                "Stable ranks " + (measured < 0 ? "fall" : "grow") + " with the width to the power " + power(measured)
                        + " over these models, those of random matrices to the power " + power(random),
                "slope of the logarithm of a model's median stable rank on that of its width, least squares over "
                        + subjects.size()
                        + " " + population.members() + " of " + widths + " widths and "
                        + subjects.stream().map(Subject::family).distinct().count()
                        + " families; models of other families differ in more than width",
                PopulationFindings.numbers(
                        "slope", measured, "null_slope", random, "models", (double) subjects.size(), "widths", (double)
                                widths)));
    }

    private static String power(double slope) {
        return String.format(Locale.ROOT, "%.2f", slope).replace('-', '−');
    }

    private static double exponent(double[] x, List<Subject> subjects, ToDoubleFunction<Subject> of) {
        double[] y = subjects.stream()
                .mapToDouble(subject -> Math.log(of.applyAsDouble(subject)))
                .toArray();
        return LeastSquares.through(x, y).slope();
    }

    static double medianRank(Subject subject) {
        return Medians.of(subject.kinds().values().stream()
                .flatMapToDouble(profile -> Arrays.stream(profile.stableRank()))
                .toArray());
    }

    static double medianGaussian(Subject subject) {
        return Medians.of(subject.shapes().stream()
                .mapToDouble(shape -> StableRank.ofGaussian(shape[0], shape[1]))
                .toArray());
    }
}
