package org.lowrank.reports;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.lowrank.reports.Report.*;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/** Reports with invented numbers for tests and for looking at. */
final class SampleReports {
    static final List<String> KINDS = List.of("Q", "K", "V", "QKV", "O", "M1", "M2");

    private SampleReports() {}

    /** Twelve layers of seven matrices, and an experiment of four panels with bands. */
    static Report bert() {
        return model("google-bert/bert-base-uncased", 12, KINDS);
    }

    /** The largest page: 96 layers, eight experts, M1 and M2 of each in the table. */
    static Report large() {
        List<String> kinds = new ArrayList<>(KINDS.subList(0, 5));
        for (int expert = 0; expert < 8; expert++) {
            kinds.add("M1 expert " + expert);
            kinds.add("M2 expert " + expert);
        }
        return model("large/mixture", 96, kinds);
    }

    /** What the weight report of one model has not: groups of findings, a list of them, two heat maps, parts of a check. */
    static Report varied() {
        Shown violated = finding(
                Verdict.EXCEPTION,
                "×222 → ×0.552",
                "The bound is violated at step 70,000",
                "Margin −0.968 where λW_k ≤ ‖∇_{W_k}L‖ e^{−λt}. ".repeat(8),
                "check");
        double[] steps = {1, 10, 100, 1000};
        Axis log = new Axis("Step", true, true);
        Panel sides = new Panel(
                "sides",
                "printed: violated",
                log,
                new Axis("(1 − ηλ)^t", true, true),
                List.of(
                        new Series("W_1", steps, new double[] {1, 0.5, 1e-3, 1e-9}, null, Style.SOLID),
                        new Series("W_2", steps, new double[] {2, 1, 0.1, 1e-2}, null, Style.DOTTED)));
        return new Report(
                "Theory report",
                "Several models and a check",
                "",
                List.of(new Card("η", "0.1")),
                List.of(
                        new FindingGroup("a/first", findings()),
                        new FindingGroup("b/second", List.of(violated, violated))),
                List.of(
                        new HeatMapSection(
                                "heat-map",
                                "Heat map",
                                "One scale for both.",
                                List.of(
                                        grid("a/first", new double[][] {{1, 2}, {3, Double.NaN}}),
                                        grid("b/second", new double[][] {{4, 5}, {6, 7}}))),
                        new GroupSection(
                                "check",
                                "Lemma 1",
                                List.of(
                                        new NoteSection(
                                                "notes",
                                                "What was found",
                                                List.of(
                                                        new Fact("Assumption", "ηλ ≤ 1", false),
                                                        new Fact("Assumption", "‖u‖ ≤ 1", false)),
                                                List.of("It holds.")),
                                        new FigureSection("figure", "Both sides", "Over time.", 2, List.of(sides)),
                                        new TableSection(
                                                "conditions",
                                                "By condition",
                                                "",
                                                List.of(new Column("Formula", false, true), new Column("Margin", true)),
                                                Collections.nCopies(
                                                        60,
                                                        List.of(
                                                                new Cell("σ_{k+1} ≤ e^{−λt}", null),
                                                                new Cell("−0.5", -0.5))),
                                                true)))),
                List.of(new Fact("Command", "lowrank theory", true)),
                null,
                null);
    }

    private static HeatGrid grid(String title, double[][] values) {
        return new HeatGrid(title, List.of("Q", "K"), List.of("0", "1"), List.of(new HeatMap("Stable rank", values)));
    }

    static Report model(String title, int layers, List<String> kinds) {
        Random random = new Random(7);
        double[][] rank = new double[kinds.size()][layers];
        double[][] norm = new double[kinds.size()][layers];
        for (int k = 0; k < kinds.size(); k++) {
            for (int l = 0; l < layers; l++) {
                double walk = l == 0 ? 0 : rank[k][l - 1] - 5 - k % 7 * 0.7;
                rank[k][l] = 5 + k % 7 * 0.7 + 0.7 * walk + 0.8 * random.nextGaussian();
                norm[k][l] = (k % 7 == 4 ? 24 : 33 + 4 * (k % 7)) + random.nextGaussian();
            }
        }
        String csv = csv(kinds, rank, norm);
        return new Report(
                "Weight report",
                title,
                "revision 86b5e0934494, Hugging Face Hub",
                List.of(
                        new Card("Layers", Integer.toString(layers)),
                        new Card("Model dimension", "768"),
                        new Card("FF dimension", "3072"),
                        new Card("Parameters", "109,482,240"),
                        new Card("Stored as", "F32"),
                        new Card("Matrices measured", "84 of 84"),
                        new Card("Tensors skipped", "4"),
                        new Card("Revision", "86b5e09344")),
                List.of(new FindingGroup("", findings())),
                sections(kinds, rank, norm),
                List.of(
                        new Fact("Model", title, false),
                        new Fact("Revision", "86b5e0934494bd15c9632b12f734a8a67f723594", true),
                        new Fact(
                                "File",
                                "model.safetensors, 440,449,768 bytes, SHA-256 68d45e234eb4a928074dfd868cead0219ab85354cc53d20e772753c6bb9169d3",
                                true),
                        new Fact("Tool", "lowrank 0.1.0, Java 17.0.15, Linux amd64", false),
                        new Fact("Started", "2026-11-23T09:50:00Z", false),
                        new Fact(
                                "Command", "lowrank analyze " + title + " --revision 86b5e0934494 --out report", true)),
                new Download("matrices.csv", csv),
                new Download("result.json", "{\"model\":\"" + title + "\"}\n"));
    }

    /** A finding with the section that shows it. */
    static Shown finding(Verdict verdict, String number, String statement, String detail, String evidence) {
        return new Shown(Finding.of("sample", verdict, number, statement, detail, Map.of()), evidence);
    }

    private static List<Shown> findings() {
        return List.of(
                finding(
                        Verdict.HOLDS,
                        "×1.13",
                        "QKV, M1 and M2 have about the same norm",
                        "Largest over smallest median Frobenius norm: QKV 53.9, M1 60.6, M2 58.5. Lemma 3 predicts ×1; "
                                + "holds up to ×1.25.",
                        "layers"),
                finding(
                        Verdict.EXCEPTION,
                        "×0.43",
                        "O differs from the other layers",
                        "Median norm of O (24.9) over the geometric mean of QKV, M1 and M2. The paper reports the same and "
                                + "leaves it open.",
                        "layers"),
                finding(
                        Verdict.ROUGHLY,
                        "10 %",
                        "Norms stay flat across depth",
                        "Largest coefficient of variation over layers, reached by V.",
                        "layers"),
                finding(
                        Verdict.INFORMATION,
                        "6.9",
                        "Stable ranks are low",
                        "Harmonic mean over QKV, O, M1 and M2. On average a matrix reaches 49 % of a Gaussian matrix of its "
                                + "shape. Lowest: Q in layer 2 (4.46).",
                        "heat-map"));
    }

    private static List<Section> sections(List<String> kinds, double[][] rank, double[][] norm) {
        int layers = rank[0].length;
        double[] depth = new double[layers];
        for (int l = 0; l < layers; l++) {
            depth[l] = l;
        }
        List<Series> ranks = new ArrayList<>();
        List<Series> squares = new ArrayList<>();
        List<Series> norms = new ArrayList<>();
        for (int k = 0; k < Math.min(7, kinds.size()); k++) {
            Style style = k < 3 ? Style.DASHED : Style.SOLID;
            ranks.add(new Series(KINDS.get(k), depth, rank[k], null, style));
            double[] squared = rank[k].clone();
            for (int l = 0; l < layers; l++) {
                squared[l] *= squared[l];
            }
            squares.add(new Series(KINDS.get(k), depth, squared, null, style));
            norms.add(new Series(KINDS.get(k), depth, norm[k], null, style));
        }
        Axis layer = new Axis("Layer", false, false);
        List<String> columns = new ArrayList<>();
        for (int l = 0; l < layers; l++) {
            columns.add(Integer.toString(l));
        }
        double[] ends = {0, layers - 1};
        return List.of(
                new FigureSection(
                        "layers",
                        "Stable rank and norm by layer",
                        "Solid lines are the matrices Lemma 3 treats as layers; dashed lines are the parts of QKV.",
                        2,
                        List.of(
                                new Panel(
                                        "stable-rank",
                                        "Stable rank",
                                        layer,
                                        new Axis("Stable rank ‖A‖_F / ‖A‖_2", false, true),
                                        ranks,
                                        List.of(
                                                new Series(
                                                        "Gaussian Q, K, V, O",
                                                        ends,
                                                        new double[] {13.9, 13.9},
                                                        null,
                                                        Style.DOTTED),
                                                new Series(
                                                        "Gaussian M1, M2",
                                                        ends,
                                                        new double[] {18.5, 18.5},
                                                        null,
                                                        Style.DOTTED)),
                                        "As in the paper",
                                        List.of(new Alternative(
                                                "Squared",
                                                new Axis("Stable rank ‖A‖²_F / ‖A‖²_2", false, true),
                                                squares,
                                                List.of(new Series(
                                                        "Gaussian Q, K, V, O",
                                                        ends,
                                                        new double[] {192, 192},
                                                        null,
                                                        Style.DOTTED))))),
                                new Panel(
                                        "frobenius-norm",
                                        "Frobenius norm",
                                        layer,
                                        new Axis("Frobenius norm", false, true),
                                        norms)),
                        List.of()),
                new HeatMapSection(
                        "heat-map",
                        "Heat map",
                        "Each kind of matrix in each layer.",
                        List.of(new HeatGrid(
                                "",
                                kinds,
                                columns,
                                List.of(new HeatMap("Stable rank", rank), new HeatMap("Frobenius", norm))))),
                SampleFigures.relativeDepth(rank),
                SampleFigures.experiment(),
                table(kinds, rank, norm),
                new NoteSection(
                        "method",
                        "Method",
                        List.of(
                                new Fact(
                                        "Frobenius norm",
                                        "‖A‖_F = √(Σ a_ij²), summed in double; relative error ≤ 10⁻¹².",
                                        false),
                                new Fact("Spectral norm", "‖A‖_2 = σ_1, the largest singular value.", false),
                                new Fact("Stable rank", "‖A‖_F / ‖A‖_2; between 1 and √rank.", false)),
                        List.of("Weights are taken as stored, 16-bit formats widened exactly.")));
    }

    private static TableSection table(List<String> kinds, double[][] rank, double[][] norm) {
        List<List<Cell>> rows = new ArrayList<>();
        for (int l = 0; l < rank[0].length; l++) {
            for (int k = 0; k < kinds.size(); k++) {
                rows.add(List.of(
                        new Cell(Integer.toString(l), (double) l),
                        new Cell(kinds.get(k), null),
                        new Cell("768 × 768", null),
                        number(norm[k][l], "%.4f"),
                        number(norm[k][l] / rank[k][l], "%.4f"),
                        number(rank[k][l], "%.4f"),
                        number(rank[k][l] / Math.sqrt(768), "%.3f")));
            }
        }
        return new TableSection(
                "measurements",
                "All measurements",
                "One row per matrix.",
                List.of(
                        new Column("Layer", true),
                        new Column("Matrix", false),
                        new Column("Shape", false),
                        new Column("Frobenius norm", true),
                        new Column("Spectral norm", true),
                        new Column("Stable rank", true),
                        new Column("Share of maximum", true)),
                rows,
                true);
    }

    private static Cell number(double value, String format) {
        return new Cell(String.format(Locale.ROOT, format, value), value);
    }

    private static String csv(List<String> kinds, double[][] rank, double[][] norm) {
        StringBuilder csv = new StringBuilder("layer,matrix,frobenius_norm,stable_rank\n");
        for (int l = 0; l < rank[0].length; l++) {
            for (int k = 0; k < kinds.size(); k++) {
                csv.append(l)
                        .append(',')
                        .append(kinds.get(k))
                        .append(',')
                        .append(norm[k][l])
                        .append(',')
                        .append(rank[k][l])
                        .append('\n');
            }
        }
        return csv.toString();
    }
}
