package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.lowrank.analyzer.activation.TaskInterference;
import org.lowrank.merge.output.MergeResult;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.TaskLosses;
import org.lowrank.merge.prediction.Verification;

/** A merge in a few lines of text: medians over the matrices, each beside what unrelated task vectors show. */
final class MergeSummary {
    private static final int NUMBERS = 24;
    private static final int NARROWEST = 36;

    private MergeSummary() {}

    static String of(MergeResult result) {
        StringBuilder text = new StringBuilder();
        head(text, result);
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

    /** What is merged, and the bytes of this run. */
    private static void head(StringBuilder text, MergeResult result) {
        MergeResult.Output output = result.output();
        if (output.comparison()) {
            line(
                    text,
                    "Task vectors of %s, pair by pair",
                    result.models().get(0).reference());
            line(text, "%d tensors, %,d parameters", output.tensors(), output.parameters());
            return;
        }
        boolean dry = output.files().isEmpty();
        long kept =
                output.files().stream().mapToLong(MergeResult.ModelFile::bytes).sum() - output.bytesWritten();
        line(text, "%s: %s", result.method().title(), result.method().formula());
        line(
                text,
                "%d tensors, %,d parameters; %s %s, %s %s%s%s",
                output.tensors(),
                output.parameters(),
                ByteSize.text(output.bytesRead()),
                dry ? "to be read" : "read",
                ByteSize.text(output.bytesWritten()),
                dry ? "to be written" : "written",
                seconds(result),
                dry || kept <= 0 ? "" : ", " + ByteSize.text(kept) + " kept of an interrupted run");
    }

    /** Rows of models, columns of texts; the base, which has learnt neither task, is what the others are held against. */
    private static void losses(StringBuilder text, List<TaskLosses> all) {
        line(text, "%nloss on the texts, nats a token (%s)", all.get(0).kind());
        List<String> names = all.stream()
                .map(losses -> losses.role().equals("merged") ? "merged" : losses.role() + " " + losses.model())
                .toList();
        int width = width(names);
        line(text, "  %s %10s %10s", label("", width), "A", "B");
        for (int i = 0; i < all.size(); i++) {
            List<Double> losses = all.get(i).losses();
            line(text, "  %s %10.4f %10.4f", label(names.get(i), width), losses.get(0), losses.get(1));
        }
    }

    /** As wide as the longest name, or as the terminal allows. */
    private static int width(List<String> names) {
        int longest = names.stream().mapToInt(String::length).max().orElse(0);
        return Math.max(NARROWEST, Math.min(longest, Terminal.stdout().columns() - NUMBERS));
    }

    /** The end of a name that is too long tells more than its beginning. */
    private static String label(String name, int width) {
        return name.length() > width
                ? "…" + name.substring(name.length() - width + 1)
                : name + " ".repeat(width - name.length());
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
        List<PairPrediction> changed =
                pairs.stream().filter(pair -> pair.angle() != null).toList();
        if (changed.isEmpty()) {
            line(text, "%n%s: nothing to compare: %s", title, unchanged(pairs));
            return;
        }
        line(
                text,
                "%n%s: medians over %d matrices%s, beside unrelated task vectors",
                title,
                changed.size(),
                changed.size() == pairs.size() ? "" : " (no change in " + (pairs.size() - changed.size()) + " others)");
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

    /** Which of two models has no task vector. */
    private static String unchanged(List<PairPrediction> pairs) {
        List<String> same = Stream.of(
                        pairs.stream().map(PairPrediction::a).toList(),
                        pairs.stream().map(PairPrediction::b).toList())
                .filter(parts -> parts.stream().allMatch(part -> part.frobeniusNorm() == 0))
                .map(parts -> parts.get(0).model() + " has no change")
                .toList();
        return same.isEmpty() ? "no matrix is changed by both" : String.join(", ", same);
    }

    private static void row(
            StringBuilder text,
            String name,
            List<PairPrediction> pairs,
            ToDoubleFunction<PairPrediction> value,
            ToDoubleFunction<PairPrediction> random) {
        line(text, "  %-36s %10s %10s", name, number(median(pairs, value)), number(median(pairs, random)));
    }

    private static void verified(StringBuilder text, List<Verification> matrices) {
        line(text, "%nmerged: medians over %d matrices", matrices.size());
        List<String> names = matrices.get(0).parts().stream()
                .map(part -> "retained of " + part.model())
                .toList();
        int width = width(names);
        double norm = median(matrices, m -> m.spectralNorm() / m.predictedSpectralNorm());
        line(
                text,
                "  %s %10s",
                label("norm against plain task arithmetic", width),
                Double.isNaN(norm) ? "no change" : number(norm));
        for (int i = 0; i < names.size(); i++) {
            int part = i;
            double share = median(matrices, m -> {
                Double retained = m.parts().get(part).retained();
                return retained == null ? Double.NaN : retained;
            });
            line(text, "  %s %10s", label(names.get(i), width), Double.isNaN(share) ? "no change" : number(share));
        }
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4f", value);
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
