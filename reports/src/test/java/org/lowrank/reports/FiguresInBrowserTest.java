package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;

/** The figures of a page as a reader uses them. */
class FiguresInBrowserTest extends InBrowser {
    @Test
    void everyFigureIsDrawnWithAllItsMarks() {
        Report report = SampleReports.bert();
        show(report);
        for (Section section : report.sections()) {
            if (section instanceof FigureSection figure) {
                for (Figure.DrawnPanel drawn : Figure.of(figure).panels()) {
                    LineChart chart = drawn.charts().get(0);
                    int expected = 0;
                    for (Series series : drawn.panel().series()) {
                        for (int i = 0; i < series.x().length; i++) {
                            expected += chart.marks(series, i) ? 1 : 0;
                        }
                    }
                    Locator panel = drawnPanel(drawn.panel().id());
                    assertThat(marks(panel))
                            .as(drawn.panel().id())
                            .isEqualTo(expected)
                            .isPositive();
                    assertThat(panel.locator(".mark-line path").count())
                            .as(drawn.panel().id())
                            .isEqualTo(drawn.panel().series().size()
                                    + drawn.panel().reference().size());
                }
            }
        }
        // 12 layers × 7 matrices
        assertThat(marks(drawnPanel("stable-rank"))).isEqualTo(84);
    }

    @Test
    void libraryDrawsWhereThePageAlreadyDrew() {
        Report report = SampleReports.bert();
        Figure figure = Figure.of((FigureSection) report.sections().get(0));
        List<LineChart.End> ends = figure.panels().get(0).charts().get(0).ends();
        show(report);
        Locator label = drawnPanel("stable-rank").locator(".vega text", new Locator.LocatorOptions().setHasText("QKV"));
        double scale = panel("stable-rank").locator(".chart").boundingBox().width
                / figure.panels().get(0).charts().get(0).width;
        double top = panel("stable-rank").locator(".chart").boundingBox().y;
        LineChart.End wanted = ends.stream()
                .filter(end -> end.name().equals("QKV"))
                .findFirst()
                .orElseThrow();
        var box = label.boundingBox();
        assertThat(box.y + box.height / 2 - top)
                .isCloseTo(wanted.placed() * scale, org.assertj.core.data.Offset.offset(3.0));
    }

    /** {@code layer,matrix,frobenius_norm,stable_rank} of the CSV the page offers. */
    private static double stableRank(Report report, int layer, String matrix) {
        return report.csv()
                .content()
                .lines()
                .map(line -> line.split(","))
                .filter(cells -> cells[0].equals(Integer.toString(layer)) && cells[1].equals(matrix))
                .mapToDouble(cells -> Double.parseDouble(cells[3]))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void hoverReadsTheValuesOfTheCsv() {
        Report report = SampleReports.bert();
        show(report);
        FigureSection figure = report.figures().get(0);
        Panel data = figure.panels().get(0);
        LineChart chart = Figure.of(figure).panels().get(0).charts().get(0);
        Locator area = drawnPanel("stable-rank").locator(".chart");
        area.scrollIntoViewIfNeeded();
        var box = area.boundingBox();
        double scale = box.width / chart.width;
        for (int layer : new int[] {0, 7, 11}) {
            page.mouse().move(box.x + chart.x.pixel(layer) * scale + 3, box.y + box.height / 2);
            assertThat(page.locator("#tip b").innerText()).isEqualTo("Layer " + layer);
            for (Series series : data.series()) {
                Locator row = page.locator("#tip tr")
                        .filter(new Locator.FilterOptions()
                                .setHas(page.getByText(series.name(), new Page.GetByTextOptions().setExact(true))));
                String shown = row.locator("td").last().getAttribute("data-v");
                assertThat(Double.parseDouble(shown))
                        .as(series.name())
                        .isEqualTo(stableRank(report, layer, series.name()));
            }
        }
        // the layer lights up in the other figure, the heat map and the table
        assertThat(page.locator("[data-panel='frobenius-norm'] .hair").count()).isEqualTo(1);
        assertThat(page.locator(".cells .lit").count()).isPositive();
        assertThat(page.locator(".rows tr.lit").count()).isEqualTo(7);
    }

    @Test
    void arrowKeysReadTheValues() {
        show(SampleReports.bert());
        drawnPanel("stable-rank").locator(".chart").focus();
        page.keyboard().press("ArrowRight");
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#tip b").innerText()).isEqualTo("Layer 1");
        assertThat(page.locator("#said").innerText()).startsWith("Layer 1").contains("QKV");
        page.keyboard().press("Escape");
        assertThat(page.locator("#tip").isVisible()).isFalse();
    }

    @Test
    void switchesRedrawTheFigure() {
        show(SampleReports.bert());
        Locator figure = page.locator("[data-figure='layers']");
        figure.getByText("M1", new Locator.GetByTextOptions().setExact(true))
                .first()
                .click();
        // 84 marks less the 12 of M1; no polling function of the driver's: the page's policy forbids it to be compiled
        page.waitForSelector("[data-panel='stable-rank']:not(:has(.mark-symbol path:nth-child(73)))");
        assertThat(marks(panel("stable-rank"))).isEqualTo(72);
        page.waitForSelector("[data-panel='stable-rank'] :text('Gaussian M1, M2')"); // shown from the start
        figure.getByText("Baseline").click();
        page.waitForSelector("[data-panel='stable-rank']:not(:has-text('Gaussian M1, M2'))");
        figure.getByText("Baseline").click();
        page.waitForSelector("[data-panel='stable-rank'] :text('Gaussian M1, M2')");
        figure.getByText("Squared").click();
        page.waitForSelector("[data-panel='stable-rank'] svg :text('200')");
        figure.getByText("Log", new Locator.GetByTextOptions().setExact(true)).click();
        page.waitForSelector("[data-panel='frobenius-norm'] svg :text('30')");
        assertThat(figure.locator("[aria-pressed=true]").allInnerTexts()).contains("Squared", "Baseline", "Log");
    }

    /** A link to a page shows what its sender saw, and evidence links set the switches they need. */
    @Test
    void whatIsShownIsInTheAddress() {
        show(SampleReports.bert());
        Locator figure = page.locator("[data-figure='layers']");
        figure.getByText("Squared").click();
        figure.getByText("Baseline").click();
        figure.getByText("Log", new Locator.GetByTextOptions().setExact(true)).click();
        assertThat(page.url()).contains("show=Squared", "baseline=0", "log=1");
        page.reload();
        page.waitForSelector("body[data-drawn]");
        List<String> pressed = figure.locator("[aria-pressed=true]").allInnerTexts();
        assertThat(pressed).contains("Squared", "Log").doesNotContain("Baseline");
        page.evaluate("location.hash = '#heat-map?baseline=1&log=0'");
        page.waitForSelector("[data-figure='layers'] .on[aria-pressed=true]");
        assertThat(figure.locator("[aria-pressed=true]").allInnerTexts()).contains("Baseline", "Linear", "Squared");
    }

    @Test
    void downloadsAreTheFiles() throws IOException {
        Report report = SampleReports.bert();
        show(report);
        page.locator("summary >> text=Download").click();
        var csv = page.waitForDownload(() -> page.locator("[data-download=csv]").click());
        assertThat(csv.suggestedFilename()).isEqualTo("matrices.csv");
        assertThat(Files.readString(csv.path())).isEqualTo(report.csv().content());
        for (String kind : List.of("SVG", "PNG", "CSV", "Vega-Lite")) {
            Locator menu = page.locator("[data-figure='merging'] details.menu");
            menu.locator("summary").click();
            var file = page.waitForDownload(() -> menu.getByText(kind, new Locator.GetByTextOptions().setExact(true))
                    .click());
            Path kept = Path.of("target", file.suggestedFilename());
            file.saveAs(kept);
            assertThat(Files.size(kept)).as(kind).isGreaterThan(1000);
            if (kind.equals("SVG")) {
                assertThat(Files.readString(kept)).contains("Different tasks").doesNotContain("var(--");
            }
        }
    }

    @Test
    void formulaeAreSetInTextTooltipsAndFigures() {
        show(SampleReports.varied());
        assertThat(page.locator("[data-table=conditions] td").first().innerHTML())
                .isEqualTo("σ<sub>k+1</sub> ≤ e<sup>−λt</sup>");
        Locator panel = drawnPanel("sides");
        assertThat(panel.locator(".vega text").allTextContents()).contains("(1 − ηλ)t", "W1", "10⁻⁸");
        panel.locator(".chart").focus();
        page.keyboard().press("ArrowRight");
        assertThat(page.locator("#tip td:nth-child(2)").first().innerHTML()).isEqualTo("W<sub>2</sub>");
    }

    @Test
    void largestModelIsUnderFiveMegabytesAndDraws() throws IOException {
        String html = HtmlReport.render(SampleReports.large());
        assertThat(html.getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
                .isLessThan(5_000_000);
        Path file = Files.createTempFile(directory, "large", ".html");
        Files.writeString(file, html);
        page.navigate(file.toUri().toString());
        page.waitForSelector("body[data-drawn]");
        // Guards against work that grows with the square of the model, however busy the machine: an idle one paints in
        // a quarter of a second and draws in under two.
        assertThat(milliseconds("first-contentful-paint")).isLessThan(10_000);
        assertThat(milliseconds("drawn")).isLessThan(20_000);
    }

    private double milliseconds(String mark) {
        return ((Number) page.evaluate("name => performance.getEntriesByName(name)[0].startTime", mark)).doubleValue();
    }
}
