package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;

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
                List.of(new Card(HOSTILE, HOSTILE)),
                List.of(new Finding(Verdict.HOLDS, HOSTILE, HOSTILE, HOSTILE, "a")),
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
                                                HOSTILE, new double[] {0, 1}, new double[] {1, 2}, null, Style.SOLID)),
                                        List.of(),
                                        List.of())),
                                List.of()),
                        new HeatMapSection(
                                "h",
                                HOSTILE,
                                HOSTILE,
                                List.of(HOSTILE),
                                List.of(HOSTILE),
                                List.of(new HeatMap(HOSTILE, new double[][] {{1}}))),
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
}
