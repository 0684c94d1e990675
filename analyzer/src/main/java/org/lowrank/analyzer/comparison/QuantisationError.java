package org.lowrank.analyzer.comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * What a quantisation changed: ‖W − Ŵ‖_F/‖W‖_F and ‖W − Ŵ‖_2/‖W‖_2 of each matrix W of A and Ŵ of B, and which kinds of
 * matrices and which layer it changed most. The first is the error of a random input on average, the second the worst one
 * relative to the largest output.
 */
final class QuantisationError {
    private QuantisationError() {}

    /** The finding; empty where nothing of B is quantised. */
    static Optional<Finding> of(String a, String b, List<MatrixMeasurement> ofB, List<MatrixPair> pairs) {
        List<MatrixPair> known = pairs.stream()
                .filter(pair -> error(pair, TaskVector::relativeSize) != null
                        && error(pair, TaskVector::relativeSpectralSize) != null)
                .toList();
        if (ofB.stream().noneMatch(row -> isQuantised(row.dtype())) || known.isEmpty()) {
            return Optional.empty();
        }
        double frobenius = median(known, TaskVector::relativeSize);
        double spectral = median(known, TaskVector::relativeSpectralSize);
        MatrixPair worst = known.stream()
                .max((x, y) -> Double.compare(value(x, TaskVector::relativeSize), value(y, TaskVector::relativeSize)))
                .orElseThrow();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("median_relative_error", frobenius);
        numbers.put("null_median_relative_error", Math.sqrt(2));
        numbers.put("median_relative_spectral_error", spectral);
        numbers.put("null_median_relative_spectral_error", Math.sqrt(2));
        numbers.put("largest_relative_error", value(worst, TaskVector::relativeSize));
        numbers.put("null_largest_relative_error", Math.sqrt(2));
        String detail = "median ‖W_A − W_B‖_F/‖W_A‖_F over " + known.size() + " matrices; median ‖W_A − W_B‖_2/‖W_A‖_2 "
                + percent(spectral) + "; by kind " + byKind(known) + "; largest "
                + percent(value(worst, TaskVector::relativeSize)) + " in "
                + worst.id().matrix() + " of layer "
                + worst.id().layerText() + "; independent weights of equal norm give 141 %";
        return Optional.of(new Finding(
                a + " → " + b,
                "",
                "quantisation-error",
                Verdict.INFORMATION,
                percent(frobenius),
                "B is quantised: relative error of its weights",
                detail,
                numbers));
    }

    /** Whether a dtype, or one of several joined by +, is not one of the plain floating-point types. */
    static boolean isQuantised(String dtypes) {
        return !dtypes.matches("(F64|F32|F16|BF16)(\\+(F64|F32|F16|BF16))*");
    }

    private static String byKind(List<MatrixPair> pairs) {
        Map<String, List<MatrixPair>> kinds = new TreeMap<>();
        pairs.forEach(pair ->
                kinds.computeIfAbsent(pair.kind(), kind -> new ArrayList<>()).add(pair));
        StringBuilder text = new StringBuilder();
        kinds.forEach((kind, of) -> text.append(text.isEmpty() ? "" : ", ")
                .append(kind)
                .append(' ')
                .append(percent(median(of, TaskVector::relativeSize))));
        return text.toString();
    }

    private static double median(List<MatrixPair> pairs, Function<TaskVector, @Nullable Double> error) {
        double[] sorted =
                pairs.stream().mapToDouble(pair -> value(pair, error)).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double value(MatrixPair pair, Function<TaskVector, @Nullable Double> error) {
        Double known = error(pair, error);
        return known == null ? Double.NaN : known;
    }

    private static @Nullable Double error(MatrixPair pair, Function<TaskVector, @Nullable Double> error) {
        TaskVector vector = pair.taskVector();
        return vector == null ? null : error.apply(vector);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.2g %%" : "%.0f %%", 100 * share);
    }
}
