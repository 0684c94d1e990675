package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** What an analysis says first: its sentence, the definition, verdicts of several models side by side. */
final class AnalysisLead {
    private AnalysisLead() {}

    static Lead of(AnalysisResult result) {
        List<String> names =
                result.models().stream().map(AnalysisResult.Model::model).toList();
        return new Lead(
                summary(result),
                definition(result.matrices()),
                result.models().size() == 1 ? chips(result.models().get(0)) : List.of(),
                Links.of(result.models()),
                ResultFiles.fileName(String.join("+", shortNames(names))),
                footer(result.models(), result.tool()));
    }

    /** Small print of saved figures. */
    static String footer(List<AnalysisResult.Model> models, AnalysisResult.Tool tool) {
        return models.stream()
                        .map(model -> (model.model() + " " + ReportNotes.revision(model)).strip())
                        .collect(Collectors.joining(", "))
                + " · " + tool.name() + " " + tool.version();
    }

    /** The two statements a reader came for: of rank, and of what stands out or of the norms. */
    private static String summary(AnalysisResult result) {
        List<String> sentences = new ArrayList<>();
        if (result.models().size() == 1) {
            for (String id : List.of("low-rank", "norm-spread", "outliers")) {
                result.findings().stream()
                        .filter(finding -> finding.id().equals(id))
                        .findFirst()
                        .ifPresent(finding -> sentences.add(finding.statement() + "."));
            }
        } else {
            int all = result.models().size();
            List<String> low = models(result, "low-rank", Verdict.HOLDS);
            sentences.add(count(low.size(), all)
                    + " low stable ranks: from 90 % of their matrices up below 75 % of random ones.");
            List<String> norms = models(result, "norm-spread", Verdict.EXCEPTION);
            if (!norms.isEmpty()) {
                sentences.add(count(norms.size(), all)
                        + " norms of QKV, M1 and M2 further apart than their sizes make them.");
            }
            List<String> outliers = models(result, "outliers", Verdict.EXCEPTION);
            if (!outliers.isEmpty()) {
                sentences.add("Single matrices stand out in " + String.join(", ", shortNames(outliers)) + ".");
            }
        }
        return String.join(" ", sentences);
    }

    /** The models of which a finding has a verdict, in the order of the findings. */
    private static List<String> models(AnalysisResult result, String id, Verdict verdict) {
        return result.findings().stream()
                .filter(finding -> finding.id().equals(id) && finding.verdict() == verdict)
                .map(Finding::model)
                .distinct()
                .toList();
    }

    private static String count(int some, int all) {
        return some == all
                ? "All " + all + " models have"
                : some + " of " + all + (some == 1 ? " models has" : " models have");
    }

    private static String definition(List<MatrixMeasurement> rows) {
        var random =
                rows.stream().mapToDouble(MatrixMeasurement::gaussianStableRank).summaryStatistics();
        String range = random.getCount() == 0
                ? ""
                : ", in random matrices of these shapes "
                        + (random.getMax() - random.getMin() < 0.05
                                ? decimal(random.getMax())
                                : decimal(random.getMin()) + " to " + decimal(random.getMax()));
        return "Stable rank ‖A‖_F/‖A‖_2: over how many directions a matrix acts with about equal strength; 1 is a single one"
                + range + ".";
    }

    private static List<String> chips(AnalysisResult.Model model) {
        List<String> chips = new ArrayList<>();
        if (model.architecture().modelType().contains("inferred")) {
            chips.add("type inferred");
        }
        if (model.provenance().source().contains("Maven") && !model.model().startsWith("maven:")) {
            chips.add("copy used");
        }
        return chips;
    }

    /** Without the organisation where the rest tells the models apart. */
    static List<String> shortNames(List<String> names) {
        List<String> last = names.stream()
                .map(name -> name.substring(name.lastIndexOf('/') + 1))
                .toList();
        return last.stream().distinct().count() == names.size() && last.stream().noneMatch(String::isEmpty)
                ? last
                : names;
    }

    /** Models × findings: number and verdict in each cell. */
    static TableSection verdicts(AnalysisResult result) {
        List<String> ids =
                result.findings().stream().map(Finding::id).distinct().toList();
        Map<String, Map<String, Finding>> rows = new LinkedHashMap<>();
        List<String> names =
                result.models().stream().map(AnalysisResult.Model::model).toList();
        Map<String, String> shown = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            shown.put(names.get(i), shortNames(names).get(i));
        }
        for (Finding finding : result.findings()) {
            boolean stacks = result.matrices().stream()
                            .filter(row -> row.model().equals(finding.model()))
                            .map(MatrixMeasurement::stack)
                            .distinct()
                            .count()
                    > 1;
            String row = shown.getOrDefault(finding.model(), finding.model()) + (stacks ? ", " + finding.stack() : "");
            rows.computeIfAbsent(row, r -> new LinkedHashMap<>()).put(finding.id(), finding);
        }
        List<Column> columns = new ArrayList<>(List.of(new Column("Model", false)));
        ids.forEach(id -> columns.add(new Column(title(id), false)));
        List<List<Cell>> cells = new ArrayList<>();
        rows.forEach((name, findings) -> {
            List<Cell> row = new ArrayList<>(List.of(Cells.text(name)));
            for (String id : ids) {
                Finding finding = findings.get(id);
                row.add(
                        finding == null
                                ? Cells.text("")
                                : new Cell(finding.verdict().sign() + " " + finding.number(), null, finding.verdict()));
            }
            cells.add(row);
        });
        return new TableSection(
                "verdicts-by-model",
                "Models and findings",
                "✓ holds, ~ roughly, ✗ exception, ≈ as random weights, · measured, ? undecided; sentences and thresholds below.",
                columns,
                cells,
                false);
    }

    private static String title(String id) {
        return switch (id) {
            case "norm-spread" -> "Norms of QKV, M1, M2";
            case "output-ratio" -> "O over these";
            case "flatness" -> "Change over depth";
            case "low-rank" -> "Low rank";
            case "share-of-gaussian" -> "Furthest below random";
            case "outliers" -> "Outliers";
            default -> id.replace('-', ' ');
        };
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
