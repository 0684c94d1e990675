package org.lowrank.survey.population;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.Medians;
import org.lowrank.analyzer.measurement.ModelSummary;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** How low the stable ranks of a population are beside random matrices of their shapes: over all, by kind and over depth. */
final class ShareFindings {
    /** Distances are the share of models whose stable ranks are not low. */
    private static final Claim LOW_RANK = new Claim(0.10, 0.50, 0.02);

    private final Population population;

    private ShareFindings(Population population) {
        this.population = population;
    }

    /** All that the models allow; the population has a subject. */
    static List<Finding> of(Population population) {
        ShareFindings all = new ShareFindings(population);
        List<Finding> findings = new ArrayList<>();
        findings.add(all.lowRank());
        findings.add(all.shareByKind());
        all.depth(findings);
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
        String statement = of + (shares.length == 1 ? " model has a" : " " + population.members() + " have a")
                + " median stable rank below 75 % of a random matrix's";
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
                PopulationFindings.numbers(
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
                "lower in " + falling + " of " + all.length + " " + population.members()
                        + " (median over kinds of the difference of mean shares); random weights change by nothing",
                PopulationFindings.numbers(
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

    private static String points(double share) {
        return NumberText.decimals(100 * share, 1) + " points";
    }
}
