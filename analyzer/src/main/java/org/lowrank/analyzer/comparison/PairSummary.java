package org.lowrank.analyzer.comparison;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Extremes and median of a value over the pairs that have it. */
record PairSummary(int count, double median, double smallest, String smallestAt, double largest, String largestAt) {
    static PairSummary of(List<MatrixPair> pairs, Function<MatrixPair, @Nullable Double> value) {
        record At(double value, String where) {}
        List<At> values = new ArrayList<>();
        for (MatrixPair pair : pairs) {
            Double number = value.apply(pair);
            if (number != null) {
                values.add(new At(
                        number, pair.id().matrix() + " in layer " + pair.id().layerText()));
            }
        }
        values.sort((x, y) -> Double.compare(x.value(), y.value()));
        int n = values.size();
        if (n == 0) {
            return new PairSummary(0, Double.NaN, Double.NaN, "", Double.NaN, "");
        }
        double median = n % 2 == 1
                ? values.get(n / 2).value()
                : (values.get(n / 2 - 1).value() + values.get(n / 2).value()) / 2;
        At first = values.get(0);
        At last = values.get(n - 1);
        return new PairSummary(n, median, first.value(), first.where(), last.value(), last.where());
    }

    boolean empty() {
        return count == 0;
    }
}
