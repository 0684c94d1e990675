package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;

/** A merge in a few lines of text: medians over the matrices, each beside what unrelated task vectors show. */
final class MergeSummary {
    private MergeSummary() {}

    static String of(MergeResult result) {
        StringBuilder text = new StringBuilder();
        text.append(result.method().title())
                .append(": ")
                .append(result.method().formula())
                .append('\n');
        line(
                text,
                "%d tensors, %,d parameters; %.2f GB read, %.2f GB %s%s",
                result.output().tensors(),
                result.output().parameters(),
                result.output().bytesRead() / 1e9,
                result.output().bytesWritten() / 1e9,
                result.output().files().isEmpty() ? "to be written" : "written",
                seconds(result));
        Map<String, List<PairPrediction>> pairs = new LinkedHashMap<>();
        for (PairPrediction pair : result.predictions()) {
            pairs.computeIfAbsent(pair.a().model() + " and " + pair.b().model(), key -> new ArrayList<>())
                    .add(pair);
        }
        pairs.forEach((title, matrices) -> pair(text, title, matrices));
        if (!result.verification().isEmpty()) {
            verified(text, result.verification());
        }
        if (!result.losses().isEmpty()) {
            losses(text, result.losses());
        }
        if (!result.interference().isEmpty()) {
            interference(text, result);
        }
        return text.toString();
    }

    /** Rows of models, columns of texts; the base, which has learnt neither task, is what the others are held against. */
    private static void losses(StringBuilder text, List<TaskLosses> all) {
        line(text, "%nloss on the texts, nats a token (%s)", all.get(0).kind());
        line(text, "  %-36s %10s %10s", "", "A", "B");
        for (TaskLosses losses : all) {
            String name = losses.role().equals("merged") ? "merged" : losses.role() + " " + losses.model();
            line(
                    text,
                    "  %-36s %10.4f %10.4f",
                    name,
                    losses.losses().get(0),
                    losses.losses().get(1));
        }
    }

    /** What each of the first two models learnt on the inputs of the other's text. */
    private static void interference(StringBuilder text, MergeResult result) {
        List<TaskInterference> rows = result.interference();
        List<String> names = result.models().stream()
                .filter(model -> model.role().equals("merged"))
                .map(MergeResult.Model::model)
                .toList();
        line(text, "%nchanges on the texts' activations: medians over %d matrices, beside random ones", rows.size());
        line(text, "  A is %s, B is %s", names.get(0), names.get(1));
        line(
                text,
                "  %-36s %10.4f %10.4f",
                "text A: B's change over A's own",
                median(rows, row -> row.onA().interference()),
                median(rows, row -> row.onA().nullInterference()));
        line(
                text,
                "  %-36s %10.4f %10.4f",
                "text B: A's change over B's own",
                median(rows, row -> row.onB().interference()),
                median(rows, row -> row.onB().nullInterference()));
    }

    private static String seconds(MergeResult result) {
        Double merge = result.run().seconds().get("merge");
        return merge == null ? "" : String.format(Locale.ROOT, " in %.1f s", merge);
    }

    private static void pair(StringBuilder text, String title, List<PairPrediction> pairs) {
        line(text, "%n%s: medians over %d matrices, beside unrelated task vectors", title, pairs.size());
        row(
                text,
                "cosine",
                pairs,
                p -> p.angle() == null ? Double.NaN : p.angle().cosine(),
                p -> 0);
        row(
                text,
                "sign conflict",
                pairs,
                p -> p.angle() == null ? Double.NaN : p.angle().signConflict(),
                p -> 0.5);
        row(
                text,
                "row overlap",
                pairs,
                p -> p.overlap() == null ? Double.NaN : p.overlap().rowOverlap(),
                p -> p.overlap() == null ? Double.NaN : p.overlap().randomRowOverlap());
        row(
                text,
                "column overlap",
                pairs,
                p -> p.overlap() == null ? Double.NaN : p.overlap().columnOverlap(),
                p -> p.overlap() == null ? Double.NaN : p.overlap().randomColumnOverlap());
        row(
                text,
                "interference",
                pairs,
                p -> p.overlap() == null ? Double.NaN : p.overlap().interference(),
                p -> p.overlap() == null ? Double.NaN : p.overlap().randomInterference());
        row(
                text,
                "sum, 0 orthogonal to 1 constructive",
                pairs,
                p -> p.sum() == null ? Double.NaN : p.sum().constructive(),
                p -> p.sum() == null ? Double.NaN : p.sum().randomConstructive());
    }

    private static void row(
            StringBuilder text,
            String name,
            List<PairPrediction> pairs,
            ToDoubleFunction<PairPrediction> value,
            ToDoubleFunction<PairPrediction> random) {
        line(text, "  %-36s %10.4f %10.4f", name, median(pairs, value), median(pairs, random));
    }

    private static void verified(StringBuilder text, List<Verification> matrices) {
        line(text, "%nmerged: medians over %d matrices", matrices.size());
        line(
                text,
                "  %-36s %10.4f",
                "norm against plain task arithmetic",
                median(matrices, m -> m.spectralNorm() / m.predictedSpectralNorm()));
        for (int i = 0; i < matrices.get(0).parts().size(); i++) {
            int part = i;
            line(
                    text,
                    "  %-36s %10.4f",
                    "retained of " + matrices.get(0).parts().get(i).model(),
                    median(matrices, m -> {
                        Double retained = m.parts().get(part).retained();
                        return retained == null ? Double.NaN : retained;
                    }));
        }
    }

    private static <T> double median(List<T> rows, ToDoubleFunction<T> value) {
        double[] sorted = rows.stream()
                .mapToDouble(value)
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[n / 2] + sorted[(n - 1) / 2]) / 2;
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
