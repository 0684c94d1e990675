package org.lowrank.merge.output;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.statistics.Quantiles;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Sources;

/** The sentences at the head of a merge's page: what was merged, how the task vectors lie, what is left of them and what that costs. */
final class MergeLead {
    private MergeLead() {}

    /** The lead of a page. */
    static Lead of(MergeResult result, ShownNames shown, String names) {
        List<String> sentences = new ArrayList<>(List.of(tensors(result)));
        if (!result.predictions().isEmpty()) {
            sentences.add(angles(result.predictions()));
        }
        if (!result.verification().isEmpty()) {
            sentences.add(retained(result.verification(), shown));
        }
        if (!result.losses().isEmpty()) {
            sentences.add(losses(result.losses()));
        }
        boolean differences =
                result.models().stream().anyMatch(model -> model.role().equals("base"));
        return new Lead(
                sentences.stream().filter(sentence -> !sentence.isEmpty()).collect(Collectors.joining(" ")),
                differences ? "Task vector Δ = model − base: what training added to a matrix." : "",
                List.of(),
                Sources.links(),
                "merge",
                Sources.footer(
                        (result.output().comparison()
                                        ? "Comparison"
                                        : result.method().title()) + " of " + names,
                        result.run().version()));
    }

    private static String tensors(MergeResult result) {
        long merged = result.tensors().stream()
                .filter(row -> row.action().equals("merged"))
                .count();
        long copied = result.tensors().size() - merged;
        long models = result.models().stream()
                .filter(model -> model.role().equals("merged"))
                .count();
        if (result.output().comparison()) {
            return count(merged, "tensor") + " of " + count(models, "model") + " compared with their base.";
        }
        return count(merged, "tensor") + " of " + count(models, "model")
                + (planned(result) ? " to be merged" : " merged") + (copied == 0 ? "." : ", " + copied + " copied.");
    }

    private static boolean planned(MergeResult result) {
        return result.output().files().isEmpty();
    }

    private static String count(long n, String thing) {
        return n + " " + thing + (n == 1 ? "" : "s");
    }

    private static String angles(List<PairPrediction> pairs) {
        List<PairPrediction.Angle> angles = pairs.stream()
                .map(PairPrediction::angle)
                .filter(Objects::nonNull)
                .toList();
        if (angles.isEmpty()) {
            return "";
        }
        return "The median cosine of their task vectors is "
                + number(median(angles, PairPrediction.Angle::cosine)) + " where unrelated ones have 0 ± "
                + number(median(angles, PairPrediction.Angle::randomCosine)) + ".";
    }

    private static String retained(List<Verification> matrices, ShownNames shown) {
        List<Verification.Retained> all =
                matrices.stream().flatMap(matrix -> matrix.parts().stream()).toList();
        Set<String> models = new LinkedHashSet<>();
        all.forEach(part -> models.add(part.model()));
        List<String> shares = new ArrayList<>();
        for (String model : models) {
            double share = median(
                    all.stream().filter(part -> part.model().equals(model)).toList(), Verification.Retained::retained);
            if (Double.isFinite(share)) {
                shares.add(number(share) + " of " + shown.of(model));
            }
        }
        return shares.isEmpty()
                ? ""
                : "In the result lie, by the median over its matrices, " + String.join(" and ", shares)
                        + ", where 1 is a task vector as it was.";
    }

    /** Of each text the loss of the merged model, or where there is none of the base, beside the best part's. */
    private static String losses(List<TaskLosses> all) {
        TaskLosses last = all.get(all.size() - 1);
        List<String> texts = new ArrayList<>();
        for (int text = 0; text < last.losses().size(); text++) {
            int t = text;
            double best = all.stream()
                    .filter(losses -> losses.role().equals("part"))
                    .mapToDouble(losses -> losses.losses().get(t))
                    .min()
                    .orElse(Double.NaN);
            TaskLosses whose = last.role().equals("merged") ? last : all.get(0);
            texts.add(String.format(
                    Locale.ROOT,
                    "on text %c %s where the best part loses %s",
                    'A' + text,
                    number(whose.losses().get(text)),
                    number(best)));
        }
        String whose = last.role().equals("merged")
                ? "The merged model"
                : "The " + all.get(0).role();
        return whose + " loses " + String.join(", ", texts) + " nats a token.";
    }

    private static <T> double median(List<T> rows, Function<T, @Nullable Double> value) {
        double[] values = rows.stream()
                .map(value)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .filter(Double::isFinite)
                .toArray();
        return values.length == 0 ? Double.NaN : Quantiles.of(0.5, values);
    }

    private static String number(double value) {
        return NumberText.of(value);
    }
}
