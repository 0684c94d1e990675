package org.lowrank.merge.output;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.output.InterferenceOutput;
import org.lowrank.merge.prediction.PairPrediction;
import org.lowrank.merge.prediction.Verification;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.TableSection;
import org.lowrank.reports.Sources;

/** The page of a merge, from its saved result alone. */
public final class MergeReport {
    private MergeReport() {}

    /**
     * Builds the page.
     *
     * @param csv merge.csv to offer for download, or null
     * @param json merge.json to offer for download, or null
     */
    public static Report of(MergeResult result, @Nullable String csv, @Nullable String json) {
        ShownNames shown = ShownNames.of(
                result.models().stream().map(MergeResult.Model::reference).toList());
        List<Section> sections = new ArrayList<>();
        if (!result.predictions().isEmpty()) {
            sections.addAll(MergeFigures.overLayers(result.predictions(), shown));
            sections.add(predictions(result, shown));
        }
        if (!result.verification().isEmpty()) {
            sections.add(verification(result, shown));
        }
        if (!result.losses().isEmpty()) {
            sections.add(LossBars.of(result.losses()));
            sections.add(LossSection.of(result.losses()));
        }
        if (!result.interference().isEmpty()) {
            sections.add(InterferenceOutput.curves(result.interference()));
            sections.add(InterferenceOutput.map(result.models().get(0).model(), result.interference()));
        }
        boolean compared = result.output().comparison();
        if (!compared) {
            sections.add(tensors(result));
        }
        sections.add(method(result, compared));
        if (!result.warnings().isEmpty()) {
            sections.add(new NoteSection("warnings", "Warnings", List.of(), result.warnings()));
        }
        sections.add(Sources.cite(result.run().version()));
        String names = String.join(
                " + ",
                result.models().stream()
                        .filter(model -> model.role().equals("merged"))
                        .map(MergeResult.Model::model)
                        .toList());
        return new Report(
                compared ? "Comparison" : result.output().files().isEmpty() ? "Merge, dry run" : "Merged model",
                names,
                compared
                        ? "Task vectors Δ = model − base, pair by pair"
                        : result.method().title() + ": " + result.method().formula(),
                cards(result),
                List.of(),
                sections,
                provenance(result),
                csv == null ? null : new Report.Download("merge.csv", csv),
                json == null ? null : new Report.Download("merge.json", json),
                MergeLead.of(result, shown, names));
    }

    private static List<Card> cards(MergeResult result) {
        if (result.output().comparison()) {
            return List.of(
                    new Card("Models", Integer.toString(result.models().size())),
                    new Card("Tensors", count(result.output().tensors())),
                    new Card("Parameters", count(result.output().parameters())));
        }
        return List.of(
                new Card("Method", result.method().name()),
                new Card("Models", Integer.toString(result.models().size())),
                new Card("Tensors", count(result.output().tensors())),
                new Card("Parameters", count(result.output().parameters())),
                new Card("Bytes read", count(result.output().bytesRead())),
                new Card("Bytes written", count(result.output().bytesWritten())));
    }

    private static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value).replace(',', '\u202f');
    }

    /** Every pair and matrix: the number, then in the next column what unrelated task vectors show. */
    private static TableSection predictions(MergeResult result, ShownNames shown) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Stack", false),
                new Column("Layer", true),
                new Column("Matrix", false),
                new Column("A", false),
                new Column("B", false)));
        for (String title : List.of(
                "‖Δ_A‖_2",
                "‖Δ_B‖_2",
                "rank A",
                "rank B",
                "cos",
                "random",
                "signs",
                "random",
                "rows",
                "random",
                "columns",
                "random",
                "STI",
                "random",
                "‖sum‖_2",
                "largest",
                "together",
                "random")) {
            columns.add(new Column(title, true, true));
        }
        List<List<Cell>> rows = new ArrayList<>();
        for (PairPrediction pair : result.predictions()) {
            List<Cell> row = new ArrayList<>(List.of(
                    text(pair.matrix().stack()),
                    new Cell(pair.matrix().layerText(), (double) pair.matrix().layer()),
                    text(pair.matrix().matrix()),
                    text(shown.of(pair.a().model())),
                    text(shown.of(pair.b().model())),
                    number(pair.a().spectralNorm()),
                    number(pair.b().spectralNorm()),
                    number(pair.a().stableRank()),
                    number(pair.b().stableRank())));
            PairPrediction.Angle angle = pair.angle();
            PairPrediction.Overlap overlap = pair.overlap();
            PairPrediction.WeightedSum sum = pair.sum();
            row.add(number(angle == null ? null : (Double) angle.cosine()));
            row.add(number(angle == null ? null : (Double) angle.randomCosine()));
            row.add(number(angle == null ? null : (Double) angle.signConflict()));
            row.add(number(angle == null ? null : (Double) angle.randomSignConflict()));
            row.add(number(overlap == null ? null : (Double) overlap.rowOverlap()));
            row.add(number(overlap == null ? null : (Double) overlap.randomRowOverlap()));
            row.add(number(overlap == null ? null : (Double) overlap.columnOverlap()));
            row.add(number(overlap == null ? null : (Double) overlap.randomColumnOverlap()));
            row.add(number(overlap == null ? null : (Double) overlap.interference()));
            row.add(number(overlap == null ? null : (Double) overlap.randomInterference()));
            row.add(number(sum == null ? null : (Double) sum.spectralNorm()));
            row.add(number(sum == null ? null : (Double) sum.largest()));
            row.add(number(sum == null ? null : (Double) sum.together()));
            row.add(number(sum == null ? null : (Double) sum.random()));
            rows.add(row);
        }
        return new TableSection(
                "prediction",
                "How the task vectors lie to one another",
                "Each number beside what unrelated task vectors of the same shapes and singular values show. Whether overlap "
                        + "helps or harms a merged model is disputed, so none of the numbers is judged here.",
                columns,
                rows,
                true);
    }

    private static TableSection verification(MergeResult result, ShownNames shown) {
        List<List<Cell>> rows = new ArrayList<>();
        for (Verification matrix : result.verification()) {
            for (Verification.Retained part : matrix.parts()) {
                rows.add(List.of(
                        text(matrix.matrix().stack()),
                        new Cell(matrix.matrix().layerText(), (double)
                                matrix.matrix().layer()),
                        text(matrix.matrix().matrix()),
                        number(matrix.spectralNorm()),
                        number(matrix.predictedSpectralNorm()),
                        number(matrix.stableRank()),
                        text(shown.of(part.model())),
                        number(part.spectralNorm()),
                        number(part.retained()),
                        number(part.cosine())));
            }
        }
        return new TableSection(
                "verification",
                "What came out",
                "Δ = merged − base as written. Retained is ⟨Δ, Δ_m⟩/‖Δ_m‖², 1 where a task vector is in the result as it was; "
                        + "predicted is ‖Σ w_m Δ_m‖_2, plain task arithmetic with the same weights.",
                List.of(
                        new Column("Stack", false),
                        new Column("Layer", true),
                        new Column("Matrix", false),
                        new Column("‖Δ‖_2", true, true),
                        new Column("predicted", true),
                        new Column("rank", true),
                        new Column("Model", false),
                        new Column("‖Δ_m‖_2", true, true),
                        new Column("retained", true),
                        new Column("cos", true)),
                rows,
                true);
    }

    /** Tensors that are treated alike in one row. */
    private static TableSection tensors(MergeResult result) {
        Map<String, List<MergeResult.TensorRow>> alike = new LinkedHashMap<>();
        for (MergeResult.TensorRow row : result.tensors()) {
            String key = row.action() + row.dtype() + row.weights() + row.densities() + row.lambda() + row.t();
            alike.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
        }
        List<List<Cell>> rows = new ArrayList<>();
        for (List<MergeResult.TensorRow> group : alike.values()) {
            MergeResult.TensorRow first = group.get(0);
            rows.add(List.of(
                    new Cell(Integer.toString(group.size()), (double) group.size()),
                    text(first.name()),
                    text(first.action()),
                    text(first.dtype()),
                    text(first.weights().toString()),
                    text(first.densities().toString()),
                    number(first.lambda()),
                    number(first.t())));
        }
        return new TableSection(
                "tensors",
                "Tensors",
                "Tensors that were treated alike in one row; one row each in merge.csv.",
                List.of(
                        new Column("Count", true),
                        new Column("First", false),
                        new Column("Action", false),
                        new Column("Type", false),
                        new Column("Weights", false),
                        new Column("Densities", false),
                        new Column("λ", true),
                        new Column("t", true)),
                rows,
                false);
    }

    private static NoteSection method(MergeResult result, boolean compared) {
        List<Fact> facts = new ArrayList<>();
        if (!compared) {
            facts.add(new Fact(result.method().title(), result.method().formula(), false));
            facts.add(new Fact("Source", result.method().reference(), false));
            facts.add(new Fact("Recipe", result.recipe(), true));
        }
        facts.addAll(MergeDefinitions.FACTS);
        return new NoteSection(
                "method",
                "Method",
                facts,
                compared ? List.of() : List.of("Merged in double, rounded once to nearest even."));
    }

    private static List<Fact> provenance(MergeResult result) {
        List<Fact> facts = new ArrayList<>();
        for (MergeResult.Model model : result.models()) {
            facts.add(new Fact(
                    model.role().equals("base") ? "Base" : "Model",
                    model.location() + (model.revision().isEmpty() ? "" : " @ " + model.revision()) + ", "
                            + model.source(),
                    true));
        }
        facts.add(new Fact("Command", String.join(" ", result.run().commandLine()), true));
        facts.add(new Fact("Started", result.run().started(), false));
        facts.add(new Fact("lowrank", result.run().version(), false));
        return facts;
    }

    private static Cell text(String text) {
        return new Cell(text, null);
    }

    private static Cell number(@Nullable Double value) {
        return value == null || value.isNaN() ? new Cell("", null) : new Cell(NumberText.of(value), value);
    }
}
