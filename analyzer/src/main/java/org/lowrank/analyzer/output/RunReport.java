package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.activation.ActivationMeasurement;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.Report.TableSection;

/** The page of a run, from its saved result alone. */
final class RunReport {
    private RunReport() {}

    static Report of(RunResult result, @Nullable String csv, @Nullable String json) {
        List<Section> sections = new ArrayList<>();
        sections.add(new FigureSection(
                "depth",
                "Over depth",
                "Inputs of the matrices of each layer, tokens × width, and the residual stream after it.",
                2,
                List.of(
                        panel(
                                result,
                                "stable-rank",
                                "Stable rank ‖X‖_F/‖X‖_2",
                                row -> Cells.orNaN(row.stableRank()),
                                false),
                        panel(result, "spread", "Standard deviation", ActivationMeasurement::std, true),
                        panel(result, "zeros", "Share of zeros", ActivationMeasurement::zeroFraction, false))));
        sections.add(table(result));
        sections.add(method());
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        List<Fact> provenance = new ArrayList<>(ReportNotes.provenance("Model", result.model()));
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                "Run",
                result.model().model(),
                ReportNotes.origin(result.model()),
                cards(result),
                List.of(),
                sections,
                provenance,
                csv == null ? null : new Report.Download("run.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static List<Card> cards(RunResult result) {
        List<Card> cards = new ArrayList<>();
        cards.add(new Card("Sequences", Cells.count(result.sequences())));
        cards.add(new Card("Tokens", Cells.count(result.tokens())));
        Double nll = result.nll();
        Double perplexity = result.perplexity();
        cards.add(new Card(
                result.masked() == null ? "Loss per token" : "Loss per masked token",
                nll == null ? "none" : NumberText.significant(nll, 5)));
        cards.add(new Card("Perplexity", perplexity == null ? "none" : NumberText.significant(perplexity, 5)));
        cards.add(new Card("Layers", Cells.count(result.model().architecture().layers())));
        cards.add(new Card("Width", Cells.count(result.model().architecture().modelDimension())));
        return cards;
    }

    private static Panel panel(
            RunResult result,
            String id,
            String title,
            ToDoubleFunction<ActivationMeasurement> number,
            boolean logarithmic) {
        Set<String> inputs = new LinkedHashSet<>();
        result.activations().stream()
                .map(ActivationMeasurement::input)
                .filter(input -> !input.contains(":E"))
                .forEach(inputs::add);
        List<Series> series = new ArrayList<>();
        for (String input : inputs) {
            List<ActivationMeasurement> rows = result.activations().stream()
                    .filter(row -> row.input().equals(input))
                    .toList();
            series.add(new Series(
                    input,
                    rows.stream().mapToDouble(ActivationMeasurement::layer).toArray(),
                    rows.stream().mapToDouble(number).toArray(),
                    null,
                    input.equals("hidden") ? Style.DASHED : Style.SOLID));
        }
        return new Panel(id, title, new Axis("Layer", false, false), new Axis(title, logarithmic, true), series);
    }

    private static TableSection table(RunResult result) {
        List<List<Cell>> rows = new ArrayList<>();
        for (ActivationMeasurement row : result.activations()) {
            rows.add(List.of(
                    Cells.exact(row.layer()),
                    Cells.text(row.input()),
                    Cells.exact(row.tokens()),
                    Cells.exact(row.width()),
                    Cells.significant(row.frobeniusNorm(), 5),
                    Cells.significant(row.spectralNorm(), 5),
                    Cells.significant(Cells.orNaN(row.stableRank()), 4),
                    Cells.significant(row.mean(), 4),
                    Cells.significant(row.std(), 4),
                    Cells.significant(row.zeroFraction(), 4)));
        }
        return new TableSection(
                "inputs",
                "Inputs of the matrices",
                "Rows of run.csv.",
                List.of(
                        new Column("Layer", true),
                        new Column("Input", false),
                        new Column("Tokens", true),
                        new Column("Width", true),
                        new Column("‖X‖_F", true, true),
                        new Column("‖X‖_2", true, true),
                        new Column("Stable rank", true),
                        new Column("Mean", true),
                        new Column("Std", true),
                        new Column("Zeros", true)),
                rows,
                true);
    }

    private static NoteSection method() {
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Input",
                                "X is what a weight matrix multiplies, y = X Wᵀ + b: QKV the common input of Q, K and V; O the "
                                        + "heads' outputs; M1 the common input of M1 and GATE; M2 the activation's output, times "
                                        + "the gated branch. hidden is the residual stream after the layer, of layer −1 the "
                                        + "embedding's.",
                                false),
                        new Fact(
                                "Loss",
                                "mean of −ln p(next token) over all predictions, perplexity exp of it. Of a model with a masked "
                                        + "head: every seventh token of a text from the fourth on is replaced by the mask token "
                                        + "in a second run, and −ln p of what stood there is averaged; the activations are of "
                                        + "the texts as they are.",
                                false),
                        new Fact(
                                "Precision",
                                "float32 in the model; norms, means and deviations summed in double, ‖X‖_2 to a relative 10⁻⁹.",
                                false)),
                List.of(
                        "All sequences go through a layer while it is in memory; each is run as if alone, without padding."));
    }
}
