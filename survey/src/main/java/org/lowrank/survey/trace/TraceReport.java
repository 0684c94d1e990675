package org.lowrank.survey.trace;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.output.AnalysisReport;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.Links;
import org.lowrank.analyzer.output.ReportNotes;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FindingGroup;
import org.lowrank.reports.Report.Lead;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Shown;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.Sources;
import org.lowrank.reports.finding.Finding;

/** The page of a trace, from its saved result alone. */
final class TraceReport {
    private TraceReport() {}

    static Report of(TraceResult result, @Nullable String csv, @Nullable String json) {
        TraceFigures figures = new TraceFigures(result);
        List<Section> sections = new ArrayList<>();
        sections.add(figures.overSteps());
        sections.add(figures.heatMap());
        sections.add(checkpoints(result));
        sections.add(method());
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        sections.addAll(AnalysisReport.skipped(result.skippedTensors()));
        sections.add(Sources.cite(result.tool().version()));
        return new Report(
                "Training report",
                result.model(),
                origin(result),
                cards(result),
                findings(result),
                sections,
                provenance(result),
                csv == null ? null : new Report.Download("trace.csv", csv),
                json == null ? null : new Report.Download("result.json", json),
                lead(result));
    }

    private static TraceResult.Checkpoint last(TraceResult result) {
        return result.checkpoints().get(result.checkpoints().size() - 1);
    }

    private static String origin(TraceResult result) {
        AnalysisResult.Provenance provenance = last(result).measured().provenance();
        return result.checkpoints().size() + " checkpoints · " + provenance.source() + " · " + provenance.format();
    }

    private static List<Card> cards(TraceResult result) {
        var card = last(result).measured().architecture();
        return List.of(
                new Card("Checkpoints", count(result.checkpoints().size())),
                new Card(
                        "Steps",
                        count(result.checkpoints().get(0).step()) + " – "
                                + count(last(result).step())),
                new Card("Layers", count(card.layers())),
                new Card("Model dimension", count(card.modelDimension())),
                new Card("FF dimension", count(card.feedForwardDimension())),
                new Card("Parameters", count(card.parameters())),
                new Card(
                        "Matrices measured",
                        count(result.checkpoints().stream()
                                .mapToLong(one -> one.matrices().size())
                                .sum())));
    }

    private static List<FindingGroup> findings(TraceResult result) {
        Map<String, List<Shown>> groups = new LinkedHashMap<>();
        for (Finding finding : result.findings()) {
            groups.computeIfAbsent(finding.stack(), stack -> new ArrayList<>())
                    .add(new Shown(finding, finding.id().equals("leaves-baseline") ? "heat-map" : "over-steps"));
        }
        List<FindingGroup> all = new ArrayList<>();
        groups.forEach((stack, shown) -> all.add(new FindingGroup(groups.size() == 1 ? "" : stack, shown)));
        return all;
    }

    private static TableSection checkpoints(TraceResult result) {
        List<Column> columns = List.of(
                new Column("Step", true),
                new Column("Checkpoint", false),
                new Column("Revision", false),
                new Column("Measured", false),
                new Column("Harmonic mean stable rank", true),
                new Column("Seconds", true));
        List<List<Cell>> rows = new ArrayList<>();
        Map<Long, Double> ranks = new LinkedHashMap<>();
        for (StackSeries series : StackSeries.of(result)) {
            for (int at = 0; at < series.size(); at++) {
                ranks.putIfAbsent(
                        series.steps().get(at),
                        series.summaries().get(at).ranks().harmonicMean());
            }
        }
        for (TraceResult.Checkpoint one : result.checkpoints()) {
            double seconds = one.measured().secondsPerPhase().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .sum();
            String measured = one.hasOwnNumbers() ? "yes" : "same weights as " + one.duplicateOf();
            Double rank = one.hasOwnNumbers() ? ranks.get(one.step()) : null;
            rows.add(List.of(
                    number(one.step(), 0),
                    text(one.name()),
                    text(one.measured().revision()),
                    text(measured),
                    rank == null ? text("") : number(rank, 3),
                    number(seconds, 2)));
        }
        for (TraceResult.Failure failure : result.failures()) {
            rows.add(List.of(
                    number(failure.step(), 0),
                    text(failure.name()),
                    text(""),
                    text("failed: " + failure.reason()),
                    text(""),
                    text("")));
        }
        return new TableSection(
                "checkpoints",
                "Checkpoints",
                "What was measured of each; trace.csv has the matrices.",
                columns,
                rows,
                true);
    }

    private static NoteSection method() {
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Stable rank",
                                "‖A‖_F / ‖A‖_2, as the paper defines it (Section 2); each checkpoint is measured as by lowrank analyze.",
                                false),
                        new Fact(
                                "Gaussian baseline",
                                "√(rc) / (√r + √c): the stable rank of an r × c matrix with i.i.d. Gaussian entries.",
                                false),
                        new Fact(
                                "Initialisation",
                                "σ√(rc), where config.json tells the standard deviation σ of an entry (initializer_range).",
                                false),
                        new Fact(
                                "Movement",
                                "‖W_t − W_{t−1}‖_F between checkpoints that follow one another here, and ‖W_T − W_t‖_F to the last; "
                                        + "of unrelated random weights √(‖W_t‖² + ‖W_{t−1}‖²).",
                                false),
                        new Fact(
                                "Random weights",
                                "null_ numbers are what independent Gaussian matrices of these shapes, drawn anew at every "
                                        + "checkpoint, would show.",
                                false)),
                List.of(
                        "Source: Kuzborskij and Abbasi Yadkori, Low-rank bias, weight decay, and model merging in neural networks; "
                                + "its Figure 3 shows the same quantities for small networks."));
    }

    private static List<Fact> provenance(TraceResult result) {
        List<Fact> facts = new ArrayList<>(
                ReportNotes.provenance("Last checkpoint", last(result).measured()));
        facts.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return facts;
    }

    private static Lead lead(TraceResult result) {
        List<String> sentences = new ArrayList<>();
        for (String id : List.of("leaves-baseline", "settling", "norm-balance")) {
            result.findings().stream()
                    .filter(finding -> finding.id().equals(id))
                    .findFirst()
                    .ifPresent(finding -> sentences.add(finding.statement() + "."));
        }
        return new Lead(
                String.join(" ", sentences),
                "Stable rank ‖A‖_F/‖A‖_2: over how many directions a matrix acts with about equal strength; 1 is a single one.",
                List.of(),
                Links.of(List.of(last(result).measured())),
                ResultFiles.fileName(result.model() + "-trace"),
                Sources.footer(result.model(), result.tool().version()));
    }

    private static Cell text(String text) {
        return new Cell(text, null);
    }

    private static Cell number(double value, int decimals) {
        return new Cell(NumberText.decimals(value, decimals), (Double) value);
    }

    private static String count(long value) {
        return NumberText.decimals(value, 0);
    }
}
