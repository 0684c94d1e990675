package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.lowrank.analyzer.measurement.Claim;
import org.lowrank.analyzer.measurement.ModelFindings;
import org.lowrank.analyzer.measurement.NullModel;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * Statements about a stack of layers over training, each judged by its difference from what random weights of these shapes, drawn
 * anew at every checkpoint, would show.
 */
final class TraceFindings {
    /** Fewer checkpoints say nothing of when something happens. */
    static final int FEWEST = 4;

    /** A stable rank has settled where it stays this near to its last value. */
    static final double SETTLED = 0.05;

    /** Changes of a median share smaller than this, or than the scatter of random weights, are none. */
    static final double CHANGE = 0.02;

    /** Of the way of training at which stable ranks settle. */
    static final Claim EARLY = new Claim(0.5, 0.8, 0);

    private final String model;
    private final StackSeries series;
    private final List<String> kinds;
    private final Map<String, NullModel.Value> random = new LinkedHashMap<>();

    private TraceFindings(String model, StackSeries series) {
        this.model = model;
        this.series = series;
        this.kinds = series.kinds();
        kinds.forEach(kind -> random.put(kind, series.randomShare(kind)));
    }

    /** All findings, stack by stack; of one checkpoint there are none. */
    static List<Finding> of(TraceResult result) {
        List<Finding> findings = new ArrayList<>();
        for (StackSeries series : StackSeries.of(result)) {
            if (series.size() > 1 && !series.kinds().isEmpty()) {
                TraceFindings of = new TraceFindings(result.model(), series);
                findings.add(of.settling());
                findings.add(of.firstToFall());
                of.normBalance().ifPresent(findings::add);
                findings.add(BaselineDeparture.finding(result.model(), series));
                MovementFinding.of(result.model(), series).ifPresent(findings::add);
            }
        }
        return List.copyOf(findings);
    }

    /** How much a kind's median share must change to have changed: its difference is of two draws. */
    private double scatter(String kind) {
        return Math.max(
                CHANGE,
                4 * Math.sqrt(2) * Objects.requireNonNull(random.get(kind)).sd());
    }

    private boolean changes(String kind) {
        double[] shares = series.shares(kind);
        double low = Arrays.stream(shares).min().orElse(0);
        double high = Arrays.stream(shares).max().orElse(0);
        return high - low > scatter(kind);
    }

    /** The first index from which on all values are within {@link #SETTLED} of the last. */
    static int settled(double[] values) {
        double last = values[values.length - 1];
        int from = values.length - 1;
        while (from > 0 && Math.abs(values[from - 1] - last) <= SETTLED * last) {
            from--;
        }
        return from;
    }

    private Finding settling() {
        long first = series.steps().get(0);
        long end = series.steps().get(series.last());
        Map<String, Double> numbers = new LinkedHashMap<>();
        int latest = 0;
        for (String kind : kinds) {
            int at = settled(series.shares(kind));
            numbers.put("settled_step_" + kind, (double) series.steps().get(at));
            numbers.put("null_settled_step_" + kind, (double) first);
            latest = Math.max(latest, at);
        }
        String last = latestKinds(latest);
        long step = series.steps().get(latest);
        double part = (double) (step - first) / (end - first);
        numbers.put("settled_step", (double) step);
        numbers.put("null_settled_step", (double) first);
        numbers.put("settled_part", part);
        numbers.put("null_settled_part", 0.0);
        Verdict verdict = kinds.stream().noneMatch(this::changes)
                ? Verdict.INDISTINGUISHABLE
                : series.size() < FEWEST
                        ? Verdict.UNDECIDED
                        : part <= EARLY.holds()
                                ? Verdict.HOLDS
                                : part <= EARLY.roughly() ? Verdict.ROUGHLY : Verdict.EXCEPTION;
        String statement = switch (verdict) {
            case INDISTINGUISHABLE ->
                "Stable ranks do not change over training more than those of random weights differ";
            case UNDECIDED -> "Stable ranks change; " + series.size() + " checkpoints do not tell when they settle";
            case EXCEPTION -> "Stable ranks still change late: " + last + " until step " + count(step);
            default ->
                "Stable ranks settle by step " + count(step) + " of " + count(end) + ", "
                        + (last.equals("all kinds") ? "all kinds at once" : last + " last");
        };
        return finding(
                "settling",
                verdict,
                "step " + count(step),
                statement,
                "a kind has settled from the first checkpoint on at which its median share of the Gaussian baseline stays within 5 % "
                        + "of the last one: "
                        + kinds.stream()
                                .map(kind ->
                                        kind + " step " + count(series.steps().get(settled(series.shares(kind)))))
                                .collect(Collectors.joining(", "))
                        + "; by half of the way holds, by four fifths roughly; random weights have from the first",
                numbers);
    }

    /** Those that settle at this checkpoint, the last at which one does. */
    private String latestKinds(int latest) {
        List<String> tied = kinds.stream()
                .filter(kind -> settled(series.shares(kind)) == latest)
                .toList();
        return tied.size() > 1 && tied.size() == kinds.size() ? "all kinds" : String.join(", ", tied);
    }

    private Finding firstToFall() {
        Map<String, Integer> half = new LinkedHashMap<>();
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (String kind : kinds) {
            double[] shares = series.shares(kind);
            double low = Arrays.stream(shares).min().orElse(0);
            double fall = shares[0] - low;
            numbers.put("fall_" + kind, fall);
            numbers.put("null_fall_" + kind, 0.0);
            if (fall > scatter(kind)) {
                int at = 0;
                while (shares[at] > shares[0] - fall / 2) {
                    at++;
                }
                half.put(kind, at);
                numbers.put("half_fall_step_" + kind, (double) series.steps().get(at));
            }
        }
        numbers.put("falling_kinds", (double) half.size());
        numbers.put("null_falling_kinds", 0.0);
        if (half.isEmpty()) {
            return finding(
                    "first-to-fall",
                    Verdict.INDISTINGUISHABLE,
                    "none",
                    "No kind of matrix falls in stable rank more than random weights scatter",
                    "a fall is from the first checkpoint to the lowest of the median share of the Gaussian baseline, by more than 0.02 "
                            + "and four standard deviations of random weights",
                    numbers);
        }
        int earliest = half.values().stream().mapToInt(Integer::intValue).min().orElseThrow();
        List<String> first = half.keySet().stream()
                .filter(kind -> Objects.requireNonNull(half.get(kind)) == earliest)
                .toList();
        String step = "step " + count(series.steps().get(earliest));
        return finding(
                "first-to-fall",
                Verdict.INFORMATION,
                String.join(", ", first),
                String.join(", ", first) + (first.size() == 1 ? " falls first" : " fall first")
                        + ": half of the way down at " + step
                        + (first.size() > 1 ? ", which the checkpoints do not tell apart" : ""),
                "first checkpoint at which half of the fall of a kind's median share of the Gaussian baseline is done: "
                        + half.entrySet().stream()
                                .map(one -> one.getKey() + " step "
                                        + count(series.steps().get(one.getValue())) + " (fall "
                                        + percent(Objects.requireNonNull(numbers.get("fall_" + one.getKey())))
                                        + " of random)")
                                .collect(Collectors.joining(", "))
                        + "; random weights do not fall",
                numbers);
    }

    /** Lemma 3 is about a stationary point: the verdict is that of the last checkpoint, as analyze gives it. */
    private Optional<Finding> normBalance() {
        Optional<Finding> start = spread(0);
        Optional<Finding> end = spread(series.last());
        if (start.isEmpty() || end.isEmpty()) {
            return Optional.empty();
        }
        double first = number(start.get(), "norm_spread");
        double last = number(end.get(), "norm_spread");
        int nearest = 0;
        for (int i = 0; i < series.size(); i++) {
            if (series.summaries().get(i).norms().spread()
                    < series.summaries().get(nearest).norms().spread()) {
                nearest = i;
            }
        }
        double least = series.summaries().get(nearest).norms().spread();
        Map<String, Double> numbers = new LinkedHashMap<>();
        numbers.put("norm_spread_first", first);
        numbers.put("null_norm_spread_first", number(start.get(), "null_norm_spread"));
        numbers.put("norm_spread_last", last);
        numbers.put("null_norm_spread_last", number(end.get(), "null_norm_spread"));
        numbers.put("norm_spread_least", least);
        numbers.put("null_norm_spread_least", number(end.get(), "null_norm_spread"));
        numbers.put("least_step", (double) series.steps().get(nearest));
        double change = Math.log(last) - Math.log(first);
        String direction = Math.abs(change) <= 0.05
                ? "keep the balance they have"
                : change < 0 ? "come nearer to one another" : "move apart";
        return Optional.of(finding(
                "norm-balance",
                end.get().verdict(),
                times(first) + " → " + times(last),
                "The norms of QKV, M1 and M2 " + direction + " over training: " + times(first) + " apart at step "
                        + count(series.steps().get(0)) + ", " + times(last) + " at step "
                        + count(series.steps().get(series.last())),
                "largest over smallest median Frobenius norm; Lemma 3 predicts ×1 at a stationary point with weight decay; random "
                        + "weights of these shapes give "
                        + times(number(end.get(), "null_norm_spread")) + "; nearest " + times(least) + " at step "
                        + count(series.steps().get(nearest))
                        + "; the verdict is that of the last checkpoint: ≤ ×1.25 holds, ≤ ×2 roughly, where random weights do not",
                numbers));
    }

    private Optional<Finding> spread(int at) {
        return ModelFindings.of(series.rows().get(at), Optional.empty()).stream()
                .filter(finding -> finding.id().equals("norm-spread"))
                .findFirst();
    }

    private static double number(Finding finding, String name) {
        return Objects.requireNonNull(finding.numbers().get(name));
    }

    static String count(long number) {
        return NumberText.decimals(number, 0);
    }

    private static String percent(double share) {
        return NumberText.percent(share);
    }

    private static String times(double ratio) {
        return String.format(Locale.ROOT, "×%.2f", ratio);
    }

    private Finding finding(
            String id, Verdict verdict, String number, String statement, String detail, Map<String, Double> numbers) {
        return new Finding(model, series.stack(), id, verdict, number, statement, detail, numbers);
    }
}
