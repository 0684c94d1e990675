package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Statements about a model that follow from its numbers by declared thresholds. */
public final class ModelFindings {
    private ModelFindings() {}

    /** All findings of a stack; a statement whose matrices were not measured is left out. */
    public static List<Finding> of(ModelSummary summary) {
        List<Finding> findings = new ArrayList<>();
        if (!Double.isNaN(summary.normSpread())) {
            findings.add(normSpread(summary));
        }
        if (!Double.isNaN(summary.outputRatio())) {
            findings.add(outputRatio(summary));
        }
        if (!Double.isNaN(summary.flatness()) && !summary.flatnessKind().isEmpty()) {
            findings.add(flatness(summary));
        }
        if (!Double.isNaN(summary.harmonicMeanStableRank())) {
            findings.add(lowRank(summary));
        }
        if (!summary.shareByKind().isEmpty()) {
            findings.add(belowGaussian(summary));
        }
        return findings;
    }

    private static Finding normSpread(ModelSummary s) {
        Verdict verdict =
                s.normSpread() <= 1.25 ? Verdict.HOLDS : s.normSpread() <= 2 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "QKV, M1 and M2 have about the same norm, as Lemma 3 predicts";
            case ROUGHLY -> "QKV, M1 and M2 have norms of the same order, as Lemma 3 roughly predicts";
            default -> "QKV, M1 and M2 have different norms, unlike Lemma 3";
        };
        return new Finding(
                s.model(),
                s.stack(),
                "norm-spread",
                verdict,
                "×" + decimal(s.normSpread(), 2),
                statement,
                "largest over smallest median Frobenius norm: "
                        + medians(s, "QKV", "M1", "M2")
                        + "; ≤ 1.25 holds, ≤ 2 roughly",
                Map.of("norm_spread", s.normSpread()));
    }

    private static Finding outputRatio(ModelSummary s) {
        double distance = Math.max(s.outputRatio(), 1 / s.outputRatio());
        Verdict verdict = distance <= 1.25 ? Verdict.HOLDS : distance <= 2 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "O has the norm of the others, as Lemma 3 suggests";
            case ROUGHLY -> "O is off the others, within a factor of two";
            default -> "O differs from the others, as the paper found and leaves open";
        };
        return new Finding(
                s.model(),
                s.stack(),
                "output-ratio",
                verdict,
                "×" + decimal(s.outputRatio(), 2),
                statement,
                "median norm of O (" + decimal(norm(s, "O"), 1)
                        + ") over the geometric mean of QKV, M1, M2; within ×1.25 holds, within ×2 roughly",
                Map.of("output_ratio", s.outputRatio()));
    }

    private static Finding flatness(ModelSummary s) {
        Verdict verdict =
                s.flatness() <= 0.15 ? Verdict.HOLDS : s.flatness() <= 0.30 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "norms stay flat over depth";
            case ROUGHLY -> "norms change moderately over depth";
            default -> "norms change over depth";
        };
        return new Finding(
                s.model(),
                s.stack(),
                "flatness",
                verdict,
                percent(s.flatness()),
                capital(statement),
                "largest coefficient of variation of a Frobenius norm over layers, reached by " + s.flatnessKind()
                        + "; ≤ 15 % holds, ≤ 30 % roughly",
                Map.of("coefficient_of_variation", s.flatness()));
    }

    private static Finding lowRank(ModelSummary s) {
        Verdict verdict = s.shareOfGaussian() <= 0.75
                ? Verdict.HOLDS
                : s.shareOfGaussian() <= 0.9 ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case HOLDS -> "Stable ranks are low, against the dimension and against a random matrix";
            case ROUGHLY -> "Stable ranks are somewhat below those of random matrices";
            default -> "Stable ranks are close to those of random matrices";
        };
        MatrixMeasurement lowest = s.lowest();
        String where = lowest == null
                ? ""
                : "; lowest: " + lowest.matrix() + " in layer " + lowest.layer() + " ("
                        + decimal(s.lowest() == null ? Double.NaN : rankOf(lowest), 2) + ")";
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("harmonic_mean_stable_rank", s.harmonicMeanStableRank());
        numbers.put("mean_inverse_stable_rank", s.meanInverseStableRank());
        numbers.put("share_of_gaussian", s.shareOfGaussian());
        return new Finding(
                s.model(),
                s.stack(),
                "low-rank",
                verdict,
                decimal(s.harmonicMeanStableRank(), 2),
                statement,
                "harmonic mean of ‖A‖_F/‖A‖_2 over all measured matrices; at most " + decimal(s.meanRoot(), 1)
                        + " is possible (√min(r, c)) and a matrix reaches " + percent(s.shareOfGaussian())
                        + " of the Gaussian baseline on average" + where + "; ≤ 75 % holds, ≤ 90 % roughly",
                numbers);
    }

    private static Finding belowGaussian(ModelSummary s) {
        String shares = s.shareByKind().entrySet().stream()
                .filter(e -> !Double.isNaN(e.getValue()))
                .map(e -> e.getKey() + " " + percent(e.getValue()))
                .collect(Collectors.joining(", "));
        double least = s.shareByKind().values().stream()
                .mapToDouble(Double::doubleValue)
                .filter(v -> !Double.isNaN(v))
                .min()
                .orElse(Double.NaN);
        return new Finding(
                s.model(),
                s.stack(),
                "share-of-gaussian",
                Verdict.INFORMATION,
                percent(least),
                "Furthest below the Gaussian baseline: "
                        + s.shareByKind().entrySet().stream()
                                .filter(e -> e.getValue() == least)
                                .map(Map.Entry::getKey)
                                .findFirst()
                                .orElse("none"),
                "median stable rank over that of a random matrix of the same shape: " + shares,
                s.shareByKind());
    }

    private static double rankOf(MatrixMeasurement row) {
        Double rank = row.stableRank();
        return rank == null ? Double.NaN : rank;
    }

    private static double norm(ModelSummary s, String kind) {
        return s.medianNorms().getOrDefault(kind, Double.NaN);
    }

    private static String medians(ModelSummary s, String... kinds) {
        return java.util.Arrays.stream(kinds)
                .map(kind -> kind + " " + decimal(norm(s, kind), 1))
                .collect(Collectors.joining(", "));
    }

    private static String decimal(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String capital(String sentence) {
        return Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
