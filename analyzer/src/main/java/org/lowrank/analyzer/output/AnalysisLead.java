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
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.finding.Finding;

/** What an analysis says first: its sentence, the definition, verdicts of several models side by side; and how to cite it. */
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
            long low = result.findings().stream()
                    .filter(finding -> finding.id().equals("low-rank"))
                    .filter(finding -> finding.verdict() == org.lowrank.reports.finding.Verdict.HOLDS)
                    .map(Finding::model)
                    .distinct()
                    .count();
            sentences.add(low + " of " + result.models().size() + " models have low stable ranks throughout.");
        }
        return String.join(" ", sentences);
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

    /** BibTeX of the paper and of this program. */
    static NoteSection cite(AnalysisResult.Tool tool) {
        return new NoteSection(
                "cite",
                "Cite this",
                List.of(
                        new Fact(
                                "Paper",
                                "@article{kuzborskij2025lowrank, title = {Low-rank bias, weight decay, and model merging in "
                                        + "neural networks}, author = {Kuzborskij, Ilja and Abbasi Yadkori, Yasin}, journal = {arXiv preprint "
                                        + "arXiv:2502.17340}, year = {2025}}",
                                true),
                        new Fact(
                                "Tool",
                                "@software{lowrank, title = {lowrank: what training does to weight matrices}, version = {"
                                        + tool.version() + "}, url = {" + Links.REPOSITORY + "}}",
                                true)),
                List.of());
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
