package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about a population of models that follow from its numbers by declared thresholds, beside what random weights give. */
final class PopulationFindings {
    /** Distances are the share of models whose stable ranks are not low. */
    private static final Claim LOW_RANK = new Claim(0.10, 0.50, 0.02);

    /** An entry of O within this factor of the others' is of their size. */
    static final double EQUAL_ENTRY = 1.25;

    /** From this share of the models on, the norm of O is said to be a matter of shape. */
    private static final double BY_SHAPE = 0.9;

    /** Fewer widths tell no growth. */
    private static final int FEWEST_WIDTHS = 3;

    private final Population population;

    private PopulationFindings(Population population) {
        this.population = population;
    }

    /** All that the models allow. */
    static List<Finding> of(List<SurveyedModel> models) {
        List<Finding> findings = new ArrayList<>();
        Population population = new Population(models);
        PopulationFindings all = new PopulationFindings(population);
        if (!population.subjects().isEmpty()) {
            findings.add(all.lowRank());
            findings.add(all.shareByKind());
            all.depth(findings);
            all.output(findings);
            all.width(findings);
            findings.add(outliers(models));
            all.relatives(findings);
        }
        return findings;
    }

    private Finding lowRank() {
        List<Subject> subjects = population.subjects();
        double[] shares = subjects.stream().mapToDouble(Subject::medianShare).toArray();
        long low = Arrays.stream(shares)
                .filter(share -> share <= ModelSummary.LOW_SHARE)
                .count();
        double notLow = 1 - (double) low / shares.length;
        // no stack of random weights has a median share that low: its median is within a few per cent of 1
        Verdict verdict = LOW_RANK.judge(notLow, new NullModel.Value(1, 0));
        double random = NullModel.medianShare(subjects.stream()
                        .flatMap(subject -> subject.shapes().stream())
                        .toList())
                .value();
        String of = low + " of " + shares.length;
        String statement = of + (shares.length == 1 ? " model has" : " models have")
                + " stable ranks below 75 % of random matrices' by the median";
        return Finding.of(
                "population-low-rank",
                verdict,
                of,
                statement,
                "median over a model's matrices of stable rank over that of a random matrix of the same shape: half of the models "
                        + "lie between " + NumberText.percent(Quantiles.of(0.25, shares)) + " and "
                        + NumberText.percent(Quantiles.of(0.75, shares)) + ", lowest "
                        + NumberText.percent(Quantiles.of(0, shares)) + ", highest "
                        + NumberText.percent(Quantiles.of(1, shares)) + "; random weights of these shapes give "
                        + NumberText.percent(random) + "; from 90 % of the models holds, from half roughly",
                numbers(
                        "models",
                        (double) shares.length,
                        "low_models",
                        (double) low,
                        "null_low_models",
                        0.0,
                        "median_share",
                        Medians.of(shares),
                        "null_median_share",
                        random));
    }

    private Finding shareByKind() {
        Map<String, Double> shares = new LinkedHashMap<>();
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String kind : population.kinds()) {
            List<Subject> with = population.with(kind);
            double share = Medians.of(with.stream()
                    .mapToDouble(subject -> subject.medianShare(kind))
                    .toArray());
            if (!Double.isNaN(share)) {
                shares.put(kind, share);
                numbers.put(kind, share);
                numbers.put(
                        "null_" + kind,
                        NullModel.medianShare(with.stream()
                                        .flatMap(subject -> shapes(subject, kind).stream())
                                        .toList())
                                .value());
            }
        }
        if (shares.isEmpty()) {
            return Finding.of(
                    "population-share",
                    Verdict.UNDECIDED,
                    "–",
                    "No stable rank is defined: all matrices are zero",
                    "",
                    numbers);
        }
        String lowest = shares.entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        String highest = shares.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        return Finding.of(
                "population-share",
                Verdict.INFORMATION,
                NumberText.percent(shares.getOrDefault(lowest, Double.NaN)),
                lowest + " is furthest below random matrices, " + highest + " nearest to them at "
                        + NumberText.percent(shares.getOrDefault(highest, Double.NaN)),
                "median over the models of each one's median share of the Gaussian baseline: "
                        + shares.entrySet().stream()
                                .map(e -> e.getKey() + " " + NumberText.percent(e.getValue()))
                                .collect(Collectors.joining(", ")),
                numbers);
    }

    private static List<long[]> shapes(Subject subject, String kind) {
        Profile profile = subject.profile(kind);
        List<long[]> shapes = new ArrayList<>();
        for (int i = 0; i < profile.layers().length; i++) {
            shapes.add(new long[] {profile.rows()[i], profile.cols()[i]});
        }
        return shapes;
    }

    /** Whether stable ranks change from the first third of the layers to the last. */
    private void depth(List<Finding> findings) {
        List<Double> changes = new ArrayList<>();
        for (Subject subject : population.subjects()) {
            double[] of = subject.layers() < 3
                    ? new double[0]
                    : subject.kinds().keySet().stream()
                            .mapToDouble(kind -> change(subject, kind))
                            .toArray();
            double change = Medians.of(of);
            if (!Double.isNaN(change)) {
                changes.add(change);
            }
        }
        if (changes.isEmpty()) {
            return;
        }
        double[] all = changes.stream().mapToDouble(Double::doubleValue).toArray();
        long falling = Arrays.stream(all).filter(change -> change < 0).count();
        double median = Medians.of(all);
        findings.add(Finding.of(
                "population-depth",
                Verdict.INFORMATION,
                falling + " of " + all.length,
                (median < 0 ? "Stable ranks are lower" : "Stable ranks are higher")
                        + " in the last third of the layers than in the first, by "
                        + points(Math.abs(median)) + " of the Gaussian baseline in the median model",
                "lower in " + falling + " of " + all.length
                        + " models (median over kinds of the difference of mean shares); random weights change by nothing",
                numbers(
                        "models",
                        (double) all.length,
                        "falling_models",
                        (double) falling,
                        "null_falling_models",
                        all.length / 2.0,
                        "median_change",
                        median,
                        "null_median_change",
                        0.0)));
    }

    private static double change(Subject subject, String kind) {
        Curve curve = subject.share(kind);
        double first = mean(curve, 0, 1.0 / 3);
        double last = mean(curve, 2.0 / 3, 1);
        return last - first;
    }

    private static double mean(Curve curve, double from, double to) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < curve.depth().length; i++) {
            if (curve.depth()[i] >= from && curve.depth()[i] <= to && !Double.isNaN(curve.value()[i])) {
                sum += curve.value()[i];
                count++;
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    /** The paper's open observation: the norm of O is unlike those of QKV, M1 and M2. What of it is its shape? */
    private void output(List<Finding> findings) {
        List<OutputSize> sizes = OutputSize.of(population);
        if (sizes.isEmpty()) {
            return;
        }
        double[] norms = sizes.stream().mapToDouble(OutputSize::normRatio).toArray();
        double[] shapes = sizes.stream().mapToDouble(OutputSize::shapeRatio).toArray();
        double[] entries = sizes.stream().mapToDouble(OutputSize::entryRatio).toArray();
        long byShape = Arrays.stream(entries)
                .filter(ratio -> Math.abs(Math.log(ratio)) <= Math.log(EQUAL_ENTRY))
                .count();
        boolean shape = byShape >= BY_SHAPE * entries.length;
        findings.add(Finding.of(
                "population-output",
                shape ? Verdict.INDISTINGUISHABLE : Verdict.EXCEPTION,
                byShape + " of " + entries.length,
                shape
                        ? "The norm of O differs from the others' as its shape makes it: an entry of O is as large as theirs"
                        : "The norm of O is a matter of its shape in " + byShape + " of " + entries.length
                                + " models; an entry of O is " + times(Medians.of(entries))
                                + " the others' in the median model",
                "norm of O over the geometric mean of QKV, M1 and M2 (medians over layers): " + times(Medians.of(norms))
                        + " in the median model, where equal entries of these shapes give " + times(Medians.of(shapes))
                        + "; per entry (‖A‖_F/√(rc)) " + times(Medians.of(entries)) + ", from "
                        + times(Quantiles.of(0, entries))
                        + " to " + times(Quantiles.of(1, entries)) + "; within ×1.25 in " + byShape + " of "
                        + entries.length + " models. The paper leaves a different O open",
                numbers(
                        "models",
                        (double) entries.length,
                        "models_by_shape",
                        (double) byShape,
                        "null_models_by_shape",
                        (double) entries.length,
                        "norm_ratio",
                        Medians.of(norms),
                        "null_norm_ratio",
                        Medians.of(shapes),
                        "entry_ratio",
                        Medians.of(entries),
                        "null_entry_ratio",
                        1.0)));
    }

    private static Finding outliers(List<SurveyedModel> models) {
        List<SurveyedModel> measured = models.stream()
                .filter(model -> model.status() == SurveyedModel.Status.MEASURED)
                .toList();
        List<SurveyedModel> having =
                measured.stream().filter(model -> !model.outliers().isEmpty()).toList();
        long layers =
                having.stream().mapToLong(model -> model.outliers().size()).sum();
        String examples = having.stream()
                .limit(4)
                .map(model -> {
                    SurveyedModel.OutlierLayer first = model.outliers().get(0);
                    return model.model() + ": " + first.matrix() + " in layer " + first.layer() + ", "
                            + first.quantity() + " " + NumberText.significant(first.value(), 3) + " beside "
                            + NumberText.significant(first.median(), 3);
                })
                .collect(Collectors.joining("; "));
        return Finding.of(
                "population-outliers",
                having.isEmpty() ? Verdict.INDISTINGUISHABLE : Verdict.EXCEPTION,
                having.size() + " of " + measured.size(),
                having.isEmpty()
                        ? "No layer stands out from the others of its model, as none does in random weights"
                        : having.size() + " of " + measured.size()
                                + " models have layers that stand out from the others of their kind",
                (examples.isEmpty() ? "" : examples + "; ")
                        + "six robust deviations and a factor of 1.25 from the median of their kind, as in a model's own report; random "
                        + "weights have none",
                numbers(
                        "models", (double) measured.size(),
                        "models_with_outliers", (double) having.size(),
                        "null_models_with_outliers", 0.0,
                        "outliers", (double) layers,
                        "null_outliers", 0.0));
    }

    /** How stable ranks grow with width: the slope of ln stable rank on ln d by least squares, a point a model. */
    private void width(List<Finding> findings) {
        List<Subject> subjects = population.subjects().stream()
                .filter(subject -> subject.width() > 0 && !Double.isNaN(medianRank(subject)))
                .toList();
        long widths = subjects.stream().mapToDouble(Subject::width).distinct().count();
        if (widths < FEWEST_WIDTHS) {
            return;
        }
        double[] x = subjects.stream().mapToDouble(s -> Math.log(s.width())).toArray();
        double measured = slope(
                x, subjects.stream().mapToDouble(s -> Math.log(medianRank(s))).toArray());
        double random = slope(
                x,
                subjects.stream().mapToDouble(s -> Math.log(medianGaussian(s))).toArray());
        findings.add(Finding.of(
                "population-width",
                Verdict.INFORMATION,
                String.format(Locale.ROOT, "%.2f", measured),
                String.format(
                        Locale.ROOT,
                        "Stable ranks grow with the width to the power %.2f over these models, those of random matrices to the power %.2f",
                        measured,
                        random),
                "slope of the logarithm of a model's median stable rank on that of its width, least squares over "
                        + subjects.size()
                        + " models of " + widths + " widths and "
                        + subjects.stream().map(Subject::family).distinct().count()
                        + " families; models of other families differ in more than width",
                numbers("slope", measured, "null_slope", random, "models", (double) subjects.size(), "widths", (double)
                        widths)));
    }

    static double medianRank(Subject subject) {
        return Medians.of(subject.kinds().values().stream()
                .flatMapToDouble(profile -> Arrays.stream(profile.stableRank()))
                .toArray());
    }

    static double medianGaussian(Subject subject) {
        return Medians.of(subject.shapes().stream()
                .mapToDouble(shape -> org.lowrank.spectral.StableRank.ofGaussian(shape[0], shape[1]))
                .toArray());
    }

    private static double slope(double[] x, double[] y) {
        double meanX = Arrays.stream(x).average().orElse(0);
        double meanY = Arrays.stream(y).average().orElse(0);
        double xy = 0;
        double xx = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
        }
        return xy / xx;
    }

    private void relatives(List<Finding> findings) {
        List<Relatives.Nearest> nearest = new Relatives(population.subjects()).nearest();
        if (nearest.isEmpty()) {
            return;
        }
        List<Relatives.Nearest> close =
                nearest.stream().filter(Relatives.Nearest::isClose).toList();
        String examples = close.stream()
                .limit(4)
                .map(one -> one.subject().title() + " and " + one.relative().title() + " ("
                        + NumberText.percent(one.distance()) + ")")
                .collect(Collectors.joining("; "));
        findings.add(Finding.of(
                "population-relatives",
                Verdict.INFORMATION,
                close.size() + " of " + nearest.size(),
                close.isEmpty()
                        ? "No model has the norms of another, layer by layer"
                        : close.size() + " of " + nearest.size()
                                + " models have the norms of another, layer by layer, as one derived from it has",
                (examples.isEmpty() ? "" : examples + "; ")
                        + "root mean square relative difference of norms at most 10 %, and at most half of what it is with the layers "
                        + "in random order; random weights have norms alike in any order, so none",
                numbers(
                        "models",
                        (double) nearest.size(),
                        "close_models",
                        (double) close.size(),
                        "null_close_models",
                        0.0,
                        "median_nearest_distance",
                        Medians.of(nearest.stream()
                                .mapToDouble(Relatives.Nearest::distance)
                                .toArray()))));
    }

    private static Map<String, Double> numbers(Object... namesAndValues) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            numbers.put((String) namesAndValues[i], (Double) namesAndValues[i + 1]);
        }
        return numbers;
    }

    private static String times(double ratio) {
        return "× " + NumberText.decimals(ratio, 2);
    }

    private static String points(double share) {
        return NumberText.decimals(100 * share, 1) + " points";
    }
}
