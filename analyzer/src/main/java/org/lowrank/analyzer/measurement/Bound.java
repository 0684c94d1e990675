package org.lowrank.analyzer.measurement;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a measured number must keep to: {@code M1.stable_rank<=12}, {@code spectral_norm<50},
 * {@code stable_rank/gaussian_stable_rank<=0.9}. The name before the point is a kind of matrix as in the column {@code matrix}, or
 * one expert or head; without it every matrix is meant. The others are columns of matrices.csv, alone or one over another.
 *
 * @param matrix the kind or the one matrix; empty for all
 * @param column the column, or the numerator
 * @param over the denominator; empty for none
 * @param relation how the number compares to the limit
 * @param limit the limit itself
 */
public record Bound(String matrix, String column, String over, Relation relation, double limit) {
    private static final Map<String, Function<MatrixMeasurement, @Nullable Double>> COLUMNS = columns();
    private static final Pattern TEXT = Pattern.compile(
            "(?:(?<matrix>.+)\\.)?(?<column>\\w+)(?:/(?<over>\\w+))?(?<relation><=|>=|<|>)(?<limit>.+)");

    /** How a number compares to a limit. */
    public enum Relation {
        AT_MOST("<="),
        BELOW("<"),
        AT_LEAST(">="),
        ABOVE(">");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        private static Relation of(String sign) {
            for (Relation relation : values()) {
                if (relation.sign.equals(sign)) {
                    return relation;
                }
            }
            throw new IllegalArgumentException(sign);
        }

        private boolean holds(double value, double limit) {
            return switch (this) {
                case AT_MOST -> value <= limit;
                case BELOW -> value < limit;
                case AT_LEAST -> value >= limit;
                case ABOVE -> value > limit;
            };
        }
    }

    /**
     * A row that does not keep to its bound.
     *
     * @param value null where it is not defined: the stable rank of a zero matrix
     */
    public record Broken(
            MatrixMeasurement row, Bound bound, @Nullable Double value) {}

    /**
     * Reads a bound; blanks do not count.
     *
     * @throws IllegalArgumentException if it is none, in one line that says what would be
     */
    public static Bound parse(String text) {
        Matcher parts = TEXT.matcher(text.replaceAll("\\s+", ""));
        if (!parts.matches()) {
            throw wrong(text, "not a bound", "write for instance M1.stable_rank<=12");
        }
        String matrix = Optional.ofNullable(parts.group("matrix")).orElse("");
        String over = Optional.ofNullable(parts.group("over")).orElse("");
        for (String column : List.of(parts.group("column"), over)) {
            if (!column.isEmpty() && !COLUMNS.containsKey(column)) {
                throw wrong(
                        text, "no number is called " + column, "give one of " + String.join(", ", COLUMNS.keySet()));
            }
        }
        return new Bound(
                matrix,
                parts.group("column"),
                over,
                Relation.of(parts.group("relation")),
                limit(parts.group("limit"), text));
    }

    private static double limit(String number, String text) {
        try {
            double limit = Double.parseDouble(number);
            if (Double.isFinite(limit)) {
                return limit;
            }
        } catch (NumberFormatException notOne) {
            // said below
        }
        throw wrong(text, number + " is no finite number", "write for instance M1.stable_rank<=12");
    }

    private static IllegalArgumentException wrong(String text, String why, String remedy) {
        return new IllegalArgumentException("wrong bound: " + text + ": " + why + "; " + remedy);
    }

    /** Whether a row is one that this bound is about. */
    public boolean concerns(MatrixMeasurement row) {
        return matrix.isEmpty()
                || row.matrix().equalsIgnoreCase(matrix)
                || row.kind().equalsIgnoreCase(matrix);
    }

    /** The row with its number, where the bound is about it and broken; a number that is not defined keeps to no bound. */
    public Optional<Broken> brokenBy(MatrixMeasurement row) {
        if (!concerns(row)) {
            return Optional.empty();
        }
        Double value = value(row);
        return value != null && relation.holds(value, limit)
                ? Optional.empty()
                : Optional.of(new Broken(row, this, value));
    }

    private @Nullable Double value(MatrixMeasurement row) {
        Double above = number(column, row);
        if (over.isEmpty() || above == null) {
            return above;
        }
        Double below = number(over, row);
        return below == null || below == 0 ? null : (Double) (above / below);
    }

    private static @Nullable Double number(String column, MatrixMeasurement row) {
        Function<MatrixMeasurement, @Nullable Double> of = COLUMNS.get(column);
        return of == null ? null : of.apply(row);
    }

    /** As it is read. */
    @Override
    public String toString() {
        String limited = limit == Math.rint(limit) && Math.abs(limit) < 1e15 ? Long.toString((long) limit) : "" + limit;
        return (matrix.isEmpty() ? "" : matrix + ".")
                + column
                + (over.isEmpty() ? "" : "/" + over)
                + relation.sign
                + limited;
    }

    private static Map<String, Function<MatrixMeasurement, @Nullable Double>> columns() {
        Map<String, Function<MatrixMeasurement, @Nullable Double>> columns = new LinkedHashMap<>();
        columns.put("stable_rank", MatrixMeasurement::stableRank);
        columns.put("stable_rank_squared", MatrixMeasurement::stableRankSquared);
        columns.put("gaussian_stable_rank", MatrixMeasurement::gaussianStableRank);
        columns.put("frobenius_norm", MatrixMeasurement::frobeniusNorm);
        columns.put("spectral_norm", MatrixMeasurement::spectralNorm);
        columns.put("spectral_norm_lower", row -> row.numbers().spectralNorm().lower());
        columns.put("spectral_norm_upper", row -> row.numbers().spectralNorm().upper());
        columns.put(
                "upper_failure_probability", row -> row.numbers().spectralNorm().failureProbability());
        columns.put("rows", row -> (double) row.rows());
        columns.put("cols", row -> (double) row.cols());
        columns.put("parameters", row -> (double) row.rows() * row.cols());
        return columns;
    }
}
