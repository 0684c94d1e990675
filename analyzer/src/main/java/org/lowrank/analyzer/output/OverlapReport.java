package org.lowrank.analyzer.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.measurement.ModelFinding;
import org.lowrank.analyzer.overlap.Distribution;
import org.lowrank.analyzer.overlap.MergeBound;
import org.lowrank.analyzer.overlap.TextOverlap;
import org.lowrank.reports.CsvWriter;
import org.lowrank.reports.Report;
import org.lowrank.reports.Report.Axis;
import org.lowrank.reports.Report.Card;
import org.lowrank.reports.Report.Cell;
import org.lowrank.reports.Report.Column;
import org.lowrank.reports.Report.Fact;
import org.lowrank.reports.Report.FigureSection;
import org.lowrank.reports.Report.Finding;
import org.lowrank.reports.Report.NoteSection;
import org.lowrank.reports.Report.Panel;
import org.lowrank.reports.Report.Section;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;
import org.lowrank.reports.Report.TableSection;

/** The page of an overlap of two texts, from its saved result alone. */
public final class OverlapReport {
    private static final int POINTS = 61;

    private OverlapReport() {}

    /**
     * Builds the page.
     *
     * @param csv overlap.csv to offer for download, or null
     * @param json result.json to offer for download, or null
     */
    public static Report of(OverlapResult result, @Nullable String csv, @Nullable String json) {
        TextOverlap overlap = result.overlap();
        List<Section> sections = new ArrayList<>();
        sections.add(distribution(overlap));
        sections.add(bound(overlap));
        sections.add(numbers(overlap));
        sections.add(bounds(overlap));
        sections.add(closest(overlap));
        if (!overlap.shared().isEmpty()) {
            sections.add(shared(overlap));
        }
        sections.add(method(overlap));
        if (!result.warnings().isEmpty()) {
            sections.add(AnalysisReport.warnings(result.warnings()));
        }
        List<Fact> provenance = new ArrayList<>(ReportNotes.provenance("Model", result.model()));
        provenance.add(new Fact("Tokenizer", overlap.tokenizer(), true));
        provenance.add(new Fact("Embedding", overlap.embedding() + ", " + overlap.dtype(), true));
        provenance.addAll(ReportNotes.run(result.tool(), result.started(), result.commandLine()));
        return new Report(
                "Overlap of two texts",
                result.model().model(),
                cards(overlap),
                result.findings().stream().map(OverlapReport::finding).toList(),
                sections,
                provenance,
                csv == null ? null : new Report.Download("overlap.csv", csv),
                json == null ? null : new Report.Download("result.json", json));
    }

    private static List<Card> cards(TextOverlap overlap) {
        return List.of(
                new Card("Embedding dimension", AnalysisReport.count(overlap.dimension())),
                new Card("Vocabulary", AnalysisReport.count(overlap.vocabulary())),
                new Card("Tokens of A", AnalysisReport.count(overlap.textA().tokens())),
                new Card("Tokens of B", AnalysisReport.count(overlap.textB().tokens())),
                new Card("Different in A", AnalysisReport.count(overlap.textA().distinctTokens())),
                new Card("Different in B", AnalysisReport.count(overlap.textB().distinctTokens())),
                new Card("In both", AnalysisReport.count(overlap.textA().sharedTokens())),
                new Card("Stored as", overlap.dtype()));
    }

    private static Finding finding(ModelFinding finding) {
        String evidence = switch (finding.id()) {
            case "corollary-1" -> "bound";
            case "epsilon" -> "closest";
            default -> "distribution";
        };
        return new Finding(
                Report.Verdict.valueOf(finding.verdict().name()),
                finding.number(),
                finding.statement(),
                finding.detail(),
                evidence);
    }

    private static FigureSection distribution(TextOverlap overlap) {
        List<Series> series = new ArrayList<>();
        Distribution distinct = overlap.distinct();
        if (distinct != null) {
            series.add(histogram("tokens of one text only", distinct, Style.SOLID));
        }
        series.add(histogram("all tokens", overlap.all(), Style.DASHED));
        return new FigureSection(
                "distribution",
                "Inner products",
                "Density of ⟨x, x'⟩ between unit-length embedding rows of the two texts' tokens, weighted by use. The dotted "
                        + "line is that of random directions, N(0, 1/d).",
                1,
                List.of(new Panel(
                        "inner-products",
                        "Distribution of inner products",
                        new Axis("⟨x, x'⟩", false, false),
                        new Axis("Density", false, true),
                        series,
                        List.of(random(overlap)),
                        List.of())),
                List.of());
    }

    private static Series histogram(String name, Distribution distribution, Style style) {
        int bins = distribution.histogram().length;
        double[] x = new double[bins];
        double[] y = new double[bins];
        for (int bin = 0; bin < bins; bin++) {
            x[bin] = OverlapOutput.middle(bin, bins);
            y[bin] = distribution.histogram()[bin] * bins / 2;
        }
        return new Series(name, x, y, null, style);
    }

    private static Series random(TextOverlap overlap) {
        int points = 201;
        double[] x = new double[points];
        double[] y = new double[points];
        double d = overlap.dimension();
        for (int i = 0; i < points; i++) {
            x[i] = -1 + 2.0 * i / (points - 1);
            y[i] = Math.sqrt(d / (2 * Math.PI)) * Math.exp(-d * x[i] * x[i] / 2);
        }
        return new Series("random directions", x, y, null, Style.DOTTED);
    }

    /** ε/λ over λ, and the bound over steps for each λ. */
    private static FigureSection bound(TextOverlap overlap) {
        Distribution used = overlap.distinct() == null ? overlap.all() : overlap.distinct();
        List<Series> limits = new ArrayList<>();
        limits.add(limit("ε, the largest", used.epsilon(), Style.SOLID));
        limits.add(limit("99 % quantile", used.absoluteQuantiles().get(2), Style.DASHED));
        limits.add(limit("median", used.absoluteQuantiles().get(0), Style.DASHED));
        List<Series> steps = new ArrayList<>();
        String set = overlap.distinct() == null ? "all" : "distinct";
        for (MergeBound bound : overlap.bounds()) {
            if (bound.set().equals(set) && bound.statistic().equals("max")) {
                steps.add(steps(overlap, bound));
            }
        }
        List<Panel> panels = new ArrayList<>();
        panels.add(new Panel(
                "bound-limit",
                "After many steps",
                new Axis("λ", true, false),
                new Axis("ε/λ", true, true),
                limits,
                List.of(),
                List.of()));
        if (!steps.isEmpty()) {
            panels.add(new Panel(
                    "bound-steps",
                    "During training, with the largest ε",
                    new Axis("Step t", true, true),
                    new Axis("Bound", true, true),
                    steps,
                    List.of(),
                    List.of()));
        }
        return new FigureSection(
                "bound",
                "What Corollary 1 allows",
                "How far the sum of two shallow ReLU networks can be from the first one on its own inputs. Only the curve of "
                        + "the largest |⟨x, x'⟩| is the theorem; the others show what a few close pairs cost.",
                2,
                panels,
                List.of());
    }

    private static Series limit(String name, double epsilon, Style style) {
        double[] x = new double[POINTS];
        double[] y = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = Math.pow(10, -4 + 4.0 * i / (POINTS - 1));
            y[i] = epsilon / x[i];
        }
        return new Series(name, x, y, null, style);
    }

    private static Series steps(TextOverlap overlap, MergeBound bound) {
        double[] x = new double[POINTS];
        double[] y = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            x[i] = Math.pow(10, 6.0 * i / (POINTS - 1));
            y[i] = MergeBound.after(
                    bound.epsilon(), bound.lambda(), overlap.learningRate(), overlap.initialNorm(), x[i]);
        }
        return new Series("λ = " + CsvWriter.number(bound.lambda()), x, y, null, Style.SOLID);
    }

    private static TableSection numbers(TextOverlap overlap) {
        List<List<Cell>> rows = new ArrayList<>();
        Distribution distinct = overlap.distinct();
        if (distinct != null) {
            rows.add(numbers("tokens of one text only", distinct));
        }
        rows.add(numbers("all tokens", overlap.all()));
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Set", false),
                new Column("Pairs", true),
                new Column("Pairs by use", true),
                new Column("Mean", true),
                new Column("Standard deviation", true),
                new Column("Smallest", true),
                new Column("Largest", true),
                new Column("ε", true)));
        for (double level : Distribution.ABSOLUTE_LEVELS) {
            columns.add(new Column(CsvWriter.number(level * 100) + " % of |⟨x, x'⟩|", true));
        }
        for (double threshold : Distribution.THRESHOLDS) {
            columns.add(new Column("Share above " + CsvWriter.number(threshold), true));
        }
        return new TableSection(
                "numbers",
                "The distribution in numbers",
                "Quantiles and shares are weighted by use; quantiles to 1e-5.",
                columns,
                rows,
                false);
    }

    private static List<Cell> numbers(String name, Distribution distribution) {
        List<Cell> cells = new ArrayList<>(List.of(
                AnalysisReport.text(name),
                AnalysisReport.number(distribution.pairs(), "%.0f"),
                AnalysisReport.number(distribution.uses(), "%.0f"),
                AnalysisReport.number(distribution.mean(), "%.4f"),
                AnalysisReport.number(distribution.sd(), "%.4f"),
                AnalysisReport.number(distribution.min(), "%.4f"),
                AnalysisReport.number(distribution.max(), "%.4f"),
                AnalysisReport.number(distribution.epsilon(), "%.4f")));
        distribution.absoluteQuantiles().forEach(value -> cells.add(AnalysisReport.number(value, "%.4f")));
        distribution.sharesAbove().forEach(value -> cells.add(AnalysisReport.number(value, "%.4f")));
        return cells;
    }

    private static TableSection bounds(TextOverlap overlap) {
        List<Column> columns = new ArrayList<>(List.of(
                new Column("Set", false),
                new Column("ε is", false),
                new Column("ε", true),
                new Column("λ", true),
                new Column("ε/λ", true)));
        MergeBound.STEPS.forEach(step -> columns.add(new Column("t = " + AnalysisReport.count(step), true)));
        List<List<Cell>> rows = new ArrayList<>();
        for (MergeBound bound : overlap.bounds()) {
            List<Cell> cells = new ArrayList<>(List.of(
                    AnalysisReport.text(bound.set()),
                    AnalysisReport.text(bound.statistic()),
                    AnalysisReport.number(bound.epsilon(), "%.4f"),
                    AnalysisReport.number(bound.lambda(), "%.4g"),
                    AnalysisReport.number(bound.limit(), "%.4g")));
            bound.bounds().forEach(value -> cells.add(AnalysisReport.number(value, "%.4g")));
            rows.add(cells);
        }
        return new TableSection(
                "bounds",
                "Corollary 1 in numbers",
                String.format(
                        Locale.ROOT,
                        "‖W'_0 x‖(1 − ηλ)^t + ε(1 − (1 − ηλ)^t)/λ with η = %s and ‖W'_0 x‖ = %s.",
                        CsvWriter.number(overlap.learningRate()),
                        CsvWriter.number(overlap.initialNorm())),
                columns,
                rows,
                true);
    }

    private static TableSection closest(TextOverlap overlap) {
        List<List<Cell>> rows = overlap.closest().stream()
                .map(pair -> List.of(
                        AnalysisReport.text(pair.tokenA()),
                        AnalysisReport.text(pair.tokenB()),
                        AnalysisReport.number(pair.innerProduct(), "%.4f"),
                        AnalysisReport.number(pair.uses(), "%.0f")))
                .toList();
        return new TableSection(
                "closest",
                "The closest tokens",
                "Pairs of largest |⟨x, x'⟩|" + (overlap.distinct() == null ? "." : " among tokens of one text only."),
                List.of(
                        new Column("Token of A", false),
                        new Column("Token of B", false),
                        new Column("⟨x, x'⟩", true),
                        new Column("Uses", true)),
                rows,
                true);
    }

    private static TableSection shared(TextOverlap overlap) {
        List<List<Cell>> rows = overlap.shared().stream()
                .map(token -> List.of(
                        AnalysisReport.text(token.token()),
                        AnalysisReport.number(token.id(), "%.0f"),
                        AnalysisReport.number(token.usesA(), "%.0f"),
                        AnalysisReport.number(token.usesB(), "%.0f")))
                .toList();
        return new TableSection(
                "shared",
                "Tokens of both texts",
                "The most used ones. Special tokens that a model adds to every input are shared too, and left out here.",
                List.of(
                        new Column("Token", false),
                        new Column("Id", true),
                        new Column("Uses in A", true),
                        new Column("Uses in B", true)),
                rows,
                true);
    }

    private static NoteSection method(TextOverlap overlap) {
        return new NoteSection(
                "method",
                "Method",
                List.of(
                        new Fact(
                                "Inputs",
                                "Each token of a text is a row of the input embedding " + overlap.embedding()
                                        + ", divided by its length: x lies on the unit sphere, as in the paper. Layers of the "
                                        + "model come after it and are not applied.",
                                false),
                        new Fact(
                                "ε",
                                "max |⟨x_i, x'_j⟩| over tokens i of the first text and j of the second (Section 5). For a token "
                                        + "of both texts it is 1, so tokens of both are also left out (“tokens of one text "
                                        + "only”).",
                                false),
                        new Fact(
                                "Weighting", "a pair counts as often as its tokens are used: c_i · c'_j times.", false),
                        new Fact(
                                "Corollary 1",
                                "two shallow ReLU networks trained by gradient descent with step η and weight decay λ: "
                                        + "|f_{θ+θ'}(x) − f_θ(x)| ≤ ‖W'_t x‖ ≤ ‖W'_0 x‖(1 − ηλ)^t + ε(1 − (1 − ηλ)^t)/λ → ε/λ.",
                                false),
                        new Fact(
                                "Random directions",
                                "N(0, 1/d) to leading order, d the embedding's dimension.",
                                false)),
                List.of(
                        "Whole texts are tokenised with the model's own tokenizer, without the special tokens it would add. "
                                + "Source: Kuzborskij and Abbasi Yadkori, Low-rank bias, weight decay, and model merging in neural "
                                + "networks."));
    }
}
