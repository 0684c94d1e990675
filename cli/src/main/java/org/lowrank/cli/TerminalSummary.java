package org.lowrank.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.analyzer.output.ExtractionResult;
import org.lowrank.analyzer.output.OverlapResult;
import org.lowrank.machine.text.ForeignText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** The result of an analysis as text for people. */
final class TerminalSummary {
    private TerminalSummary() {}

    /** Table 1's line of one model. */
    static String card(String model, String revision, ArchitectureCard card, String source) {
        StringBuilder line = new StringBuilder(ForeignText.name(model));
        // A version of a Maven artifact is none of the Hub's revisions.
        boolean maven = source.startsWith("Maven") && !revision.isEmpty();
        if (!revision.isEmpty() && !maven) {
            line.append('@').append(revision.length() == 40 ? revision.substring(0, 10) : revision);
        }
        line.append(String.format(
                Locale.ROOT,
                ": %s, %d layers, model dimension %d, FF dimension %d, %,d parameters, %s",
                ForeignText.name(card.modelType()),
                card.layers(),
                card.modelDimension(),
                card.feedForwardDimension(),
                card.parameters(),
                card.dtype()));
        return line.append(" (")
                .append(source)
                .append(maven ? ", version " + revision : "")
                .append(')')
                .toString();
    }

    /** Card, tables and findings of every model. */
    static String of(AnalysisResult result, Terminal terminal) {
        StringBuilder text = new StringBuilder();
        for (AnalysisResult.Model model : result.models()) {
            text.append(card(model)).append("\n\n");
            Map<String, List<MatrixMeasurement>> stacks = new LinkedHashMap<>();
            int byName = 0;
            for (MatrixMeasurement row : result.matricesOf(model)) {
                if (row.id().kind() == MatrixKind.TENSOR) {
                    byName++;
                } else {
                    stacks.computeIfAbsent(row.stack(), s -> new ArrayList<>()).add(row);
                }
            }
            if (byName > 0) {
                text.append(byName).append(" matrices measured by name: see matrices.csv and the report\n\n");
            }
            stacks.forEach((stack, rows) -> {
                String of = stacks.size() > 1 ? ", " + ForeignText.name(stack) : "";
                appendTable(text, "stable rank ‖A‖_F/‖A‖_2" + of, rows, r -> value(r.stableRank()), terminal);
                appendTable(text, "Frobenius norm" + of, rows, MatrixMeasurement::frobeniusNorm, terminal);
            });
            for (Finding finding : result.findings()) {
                if (finding.model().equals(model.model())) {
                    text.append(finding(finding, stacks.size() > 1, terminal));
                }
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Cards of the models, what was written of them, and the findings. */
    static String of(ExtractionResult result, Terminal terminal) {
        StringBuilder text = new StringBuilder();
        result.models().forEach(model -> text.append(card(model)).append('\n'));
        text.append('\n')
                .append(result.extraction().written())
                .append(" modules written, ")
                .append(result.extraction().leftOut().size())
                .append(" weights left out\n");
        result.findings().forEach(finding -> text.append(finding(finding, false, terminal)));
        return text.append('\n').toString();
    }

    /** Cards of both models and the findings of their comparison. */
    static String of(ComparisonResult result, Terminal terminal) {
        StringBuilder text = new StringBuilder();
        for (AnalysisResult.Model model : List.of(result.modelA(), result.modelB())) {
            text.append(card(model)).append('\n');
        }
        text.append('\n')
                .append(result.pairs().size())
                .append(" matrices in both, ")
                .append(result.unmatched().size())
                .append(" in one only\n");
        result.findings().forEach(finding -> text.append(finding(finding, false, terminal)));
        return text.append('\n').toString();
    }

    /** Card and findings of an overlap. */
    static String of(OverlapResult result, Terminal terminal) {
        StringBuilder text = new StringBuilder(card(result.model())).append("\n\n");
        result.findings().forEach(finding -> text.append(finding(finding, false, terminal)));
        return text.append('\n').toString();
    }

    private static String card(AnalysisResult.Model model) {
        return card(
                model.model(),
                model.revision(),
                model.architecture(),
                model.provenance().source());
    }

    /** The sign and colour of its verdict, the statement with its number, and below it what stands behind, indented. */
    static String finding(Finding finding, boolean severalStacks, Terminal terminal) {
        String stack = severalStacks ? "[" + ForeignText.name(finding.stack()) + "] " : "";
        String verdict = finding.verdict() == Verdict.INFORMATION
                ? ""
                : finding.verdict().name().toLowerCase(Locale.ROOT) + ": ";
        String head = terminal.wrapped(
                stack + verdict + ForeignText.line(finding.statement()) + " (" + ForeignText.line(finding.number())
                        + ")",
                4);
        return "  " + terminal.coloured(finding.verdict(), finding.verdict().sign()) + " "
                + terminal.bold(head.substring(4)) + "\n"
                + (finding.detail().isEmpty() ? "" : terminal.wrapped(ForeignText.line(finding.detail()), 6) + "\n");
    }

    private static void appendTable(
            StringBuilder text,
            String title,
            List<MatrixMeasurement> rows,
            ToDoubleFunction<MatrixMeasurement> value,
            Terminal terminal) {
        List<String> kinds =
                rows.stream().map(MatrixMeasurement::kind).distinct().toList();
        int width = kinds.stream().mapToInt(String::length).max().orElse(0) + 2;
        width = Math.max(width, 9);
        if (6 + kinds.size() * width > terminal.columns()) {
            text.append(title)
                    .append(": a table of ")
                    .append(kinds.size())
                    .append(" columns does not fit in ")
                    .append(terminal.columns())
                    .append("; its numbers are in matrices.csv\n\n");
            return;
        }
        text.append(terminal.bold(title)).append('\n').append("layer ");
        for (String kind : kinds) {
            text.append(right(ForeignText.name(kind), width));
        }
        text.append('\n');
        TreeMap<Integer, List<MatrixMeasurement>> layers = new TreeMap<>();
        rows.forEach(row ->
                layers.computeIfAbsent(row.layer(), l -> new ArrayList<>()).add(row));
        for (var layer : layers.entrySet()) {
            text.append(right(String.valueOf(layer.getKey()), 5)).append(' ');
            for (String kind : kinds) {
                double mean = layer.getValue().stream()
                        .filter(row -> row.kind().equals(kind))
                        .mapToDouble(value)
                        .average()
                        .orElse(Double.NaN);
                text.append(right(Double.isNaN(mean) ? "–" : decimal(mean), width));
            }
            text.append('\n');
        }
        text.append('\n');
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 1000 ? "%.2f" : "%.4g", value);
    }

    private static double value(@Nullable Double value) {
        return value == null ? Double.NaN : value;
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
