package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;
import org.lowrank.reports.finding.Verdict;

class HtmlReportTest {
    static final String HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\" onload=\"x' & ";

    @Test
    void pageHoldsItsParts() throws IOException {
        String page = HtmlReport.render(SampleReports.bert());
        Files.writeString(Path.of("target", "sample.html"), page);
        assertThat(page)
                .contains("google-bert/bert-base-uncased", "×1.13", "‖A‖<sub>F</sub>", "matrices.csv")
                .contains("id=\"layers\"", "id=\"heat-map\"", "id=\"measurements\"", "id=\"provenance\"");
    }

    /** A report of which every text tries to leave its place. */
    static Report hostile() {
        return new Report(
                HOSTILE,
                HOSTILE,
                HOSTILE,
                List.of(new Card(HOSTILE, HOSTILE)),
                List.of(new FindingGroup(
                        HOSTILE, List.of(SampleReports.finding(Verdict.HOLDS, HOSTILE, HOSTILE, HOSTILE, "a")))),
                List.of(
                        new FigureSection(
                                "a",
                                HOSTILE,
                                HOSTILE,
                                1,
                                List.of(new Panel(
                                        "p",
                                        HOSTILE,
                                        new Axis(HOSTILE, false, false),
                                        new Axis(HOSTILE, false, true),
                                        List.of(new Series(
                                                HOSTILE,
                                                new double[] {0, 1},
                                                new double[] {1, 2},
                                                null,
                                                Style.SOLID)))),
                                List.of()),
                        new HeatMapSection(
                                "h",
                                HOSTILE,
                                HOSTILE,
                                List.of(new HeatGrid(
                                        HOSTILE,
                                        List.of(HOSTILE),
                                        List.of(HOSTILE),
                                        List.of(new HeatMap(HOSTILE, new double[][] {{1}}))))),
                        new TableSection(
                                "t",
                                HOSTILE,
                                HOSTILE,
                                List.of(new Column(HOSTILE, false)),
                                List.of(List.of(new Cell(HOSTILE, null))),
                                true),
                        new NoteSection("n", HOSTILE, List.of(new Fact(HOSTILE, HOSTILE, true)), List.of(HOSTILE))),
                List.of(new Fact(HOSTILE, HOSTILE, false)),
                new Download("x.csv", HOSTILE),
                new Download("x.json", HOSTILE));
    }

    @Test
    void hostileTextIsText() {
        String page = HtmlReport.render(hostile());
        assertThat(page).doesNotContain("<img src=x").doesNotContain("<script>alert");
        // two data blocks, three files of the library, two of the page: seven elements
        assertThat(page.split("<script", -1)).hasSize(8);
    }

    @Test
    void dataBlocksHoldNoLessThanSign() {
        String page = HtmlReport.render(hostile());
        for (String id : List.of("downloads", "figures")) {
            String block = page.substring(page.indexOf("id=\"" + id + "\">") + id.length() + 6);
            assertThat(block.substring(0, block.indexOf("</script>\n<script"))).doesNotContain("<");
        }
    }

    @Test
    void policyAllowsTheStyleAndScriptsOfThePageOnly() {
        String page = HtmlReport.render(SampleReports.bert());
        assertThat(page)
                .contains("default-src 'none'".replace("'", "&#39;"))
                .doesNotContain("unsafe-inline")
                .doesNotContain("unsafe-eval")
                .doesNotContain(" style=\"");
    }

    @Test
    void smallPageIsAsKept() throws IOException {
        Report small = new Report(
                "Weight report",
                "small",
                "revision 1",
                List.of(new Card("Layers", "2")),
                List.of(new FindingGroup(
                        "",
                        List.of(SampleReports.finding(
                                Verdict.HOLDS, "×1.1", "Norms agree", "Holds up to ×1.25.", "layers")))),
                List.of(
                        new FigureSection(
                                "layers",
                                "Layers",
                                "Two layers.",
                                1,
                                List.of(new Panel(
                                        "rank",
                                        "Stable rank",
                                        new Axis("Layer", false, false),
                                        new Axis("‖A‖_F / ‖A‖_2", false, true),
                                        List.of(new Series(
                                                "Q",
                                                new double[] {0, 1},
                                                new double[] {2, 3},
                                                new double[] {0.1, 0.2},
                                                Style.DASHED)))),
                                List.of()),
                        new HeatMapSection(
                                "heat-map",
                                "Heat map",
                                "",
                                List.of(new HeatGrid(
                                        "",
                                        List.of("Q"),
                                        List.of("0", "1"),
                                        List.of(new HeatMap("Stable rank", new double[][] {{2, Double.NaN}}))))),
                        new TableSection(
                                "table",
                                "Table",
                                "",
                                List.of(new Column("Layer", true), new Column("Share of maximum", true)),
                                List.of(List.of(new Cell("0", 0.0), new Cell("0.250", 0.2501))),
                                true)),
                List.of(new Fact("Command", "lowrank analyze small", true)),
                null,
                null);
        String page = HtmlReport.render(small);
        // scripts, style and their hashes change with every touch; the page around them is what is kept
        String kept = page.replaceAll("(?s)<script>.*?</script>", "<script/>")
                .replaceAll("(?s)<style>.*?</style>", "<style/>")
                .replaceAll("sha256-[^&]*", "sha256");
        Files.writeString(Path.of("target", "small.html"), kept);
        assertThat(kept).isEqualTo(Files.readString(Path.of("src/test/resources/org/lowrank/reports/small.html")));
    }
}
