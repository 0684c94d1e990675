package org.lowrank.analyzer.measurement;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.spectral.FactoredMatrix;

/** What is said of an adapter: how much of its rank its products use, beside products of random factors. */
public final class AdapterFindings {
    private AdapterFindings() {}

    /** One finding per stack; none where every product is zero. */
    public static List<Finding> of(String model, List<MatrixMeasurement> rows) {
        Map<String, List<MatrixMeasurement>> byStack = new TreeMap<>();
        for (MatrixMeasurement row : rows) {
            if (row.spectrum() != null && row.spectralNorm() > 0) {
                byStack.computeIfAbsent(row.stack(), stack -> new ArrayList<>()).add(row);
            }
        }
        return byStack.entrySet().stream()
                .map(stack -> rankUse(model, stack.getKey(), stack.getValue()))
                .toList();
    }

    private static Finding rankUse(String model, String stack, List<MatrixMeasurement> rows) {
        List<Double> shares = new ArrayList<>();
        List<Double> nullShares = new ArrayList<>();
        List<Double> energy = new ArrayList<>();
        List<Double> nullEnergy = new ArrayList<>();
        Map<String, Spectrum> nulls = new LinkedHashMap<>();
        for (MatrixMeasurement row : rows) {
            Spectrum spectrum = Objects.requireNonNull(row.spectrum());
            int rank = spectrum.singularValues().length;
            Spectrum random = nulls.computeIfAbsent(
                    row.rows() + "x" + row.cols() + "x" + rank,
                    shape -> Spectrum.of(FactoredMatrix.ofRandomFactors(row.rows(), row.cols(), rank, 1), 0));
            shares.add(spectrum.effectiveRank() / rank);
            nullShares.add(random.effectiveRank() / rank);
            energy.add((double) spectrum.rank99() / rank);
            nullEnergy.add((double) random.rank99() / rank);
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("effective_rank_share", median(shares));
        numbers.put("null_effective_rank_share", median(nullShares));
        numbers.put("rank99_share", median(energy));
        numbers.put("null_rank99_share", median(nullEnergy));
        return new Finding(
                model,
                stack,
                "rank-use",
                Verdict.INFORMATION,
                percent(median(shares)),
                "Of its rank an adapter's product uses " + percent(median(shares)) + ", random factors "
                        + percent(median(nullShares)),
                "median over " + rows.size()
                        + " products of the effective rank exp(entropy of σ/Σσ) over r; 99 % of the"
                        + " energy lies in " + percent(median(energy)) + " of r (random factors: "
                        + percent(median(nullEnergy)) + ")",
                numbers);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }
}
