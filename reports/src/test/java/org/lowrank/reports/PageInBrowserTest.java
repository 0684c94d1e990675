package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.Report.*;

/** The page around the figures: tables, themes, print, narrow screens, accessibility, hostile text. */
class PageInBrowserTest extends InBrowser {
    @Test
    void tableSortsByValueBothWays() {
        show(SampleReports.bert());
        Locator head = page.locator("[data-table='measurements'] th")
                .filter(new Locator.FilterOptions().setHasText("Stable rank"));
        Locator cells = page.locator("[data-table='measurements'] tbody td:nth-child(6)");
        head.locator("button").focus();
        page.keyboard().press("Enter");
        assertThat(head.getAttribute("aria-sort")).isEqualTo("ascending");
        assertThat(numbers(cells)).isSorted().hasSize(84);
        head.locator("button").click();
        assertThat(head.getAttribute("aria-sort")).isEqualTo("descending");
        assertThat(numbers(cells)).isSortedAccordingTo(Comparator.reverseOrder());
    }

    private static List<Double> numbers(Locator cells) {
        return cells.allInnerTexts().stream().map(Double::valueOf).toList();
    }

    @Test
    void filterKeepsRowsThatHoldEveryWord() {
        show(SampleReports.bert());
        Locator rows = page.locator("[data-table='measurements'] tbody tr:visible");
        page.locator("[data-filter]").fill("layer 3");
        assertThat(rows.count()).isEqualTo(7);
        assertThat(page.locator("[data-count]").innerText()).isEqualTo("7 of 84 rows");
        page.locator("[data-filter]").fill("QKV layer 3");
        assertThat(rows.count()).isEqualTo(1);
    }

    @Test
    void heatMapShowsTheQuantityChosen() {
        show(SampleReports.bert());
        assertThat(page.locator(".map:visible").count()).isEqualTo(1);
        page.locator("[data-map='1']").click();
        assertThat(page.locator(".map:visible").getAttribute("data-index")).isEqualTo("1");
    }

    @Test
    void darkPageIsDarkAndItsPrintIsLight() {
        show(SampleReports.bert());
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        assertThat(background()).isEqualTo("rgb(18, 22, 29)");
        page.locator("[data-theme-button]").click();
        assertThat(background()).isEqualTo("rgb(255, 255, 255)");
        page.locator("[data-theme-button]").click();
        assertThat(background()).isEqualTo("rgb(18, 22, 29)");
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(background()).isEqualTo("rgb(255, 255, 255)");
        assertThat(page.locator("nav").isVisible()).isFalse();
        assertThat(page.evaluate("getComputedStyle(document.querySelector('.mark-symbol path')).fill"))
                .isEqualTo("rgb(11, 91, 211)");
    }

    private Object background() {
        return page.evaluate("getComputedStyle(document.body).backgroundColor");
    }

    @Test
    void accessibilityCheckerHasNothingSeriousToSay() {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
            show(SampleReports.bert());
            var results = new AxeBuilder(page).analyze();
            assertThat(results.getViolations().stream()
                            .filter(rule -> List.of("serious", "critical").contains(rule.getImpact()))
                            .map(rule -> rule.getId() + ": "
                                    + rule.getNodes().stream()
                                            .limit(4)
                                            .map(node -> node.getHtml() + node.getFailureSummary())
                                            .toList()))
                    .as(scheme.name())
                    .isEmpty();
        }
    }

    @Test
    void accessibilityCheckerHasNothingToSayOfThePartsOtherPagesHave() {
        show(SampleReports.varied());
        assertThat(new AxeBuilder(page).analyze().getViolations()).isEmpty();
    }

    @Test
    void nothingIsWiderThanATelephone() {
        page.setViewportSize(420, 900);
        for (Report report : List.of(SampleReports.bert(), SampleReports.varied())) {
            show(report);
            for (Locator panel : page.locator("[data-panel]").all()) {
                drawnPanel(panel.getAttribute("data-panel"));
            }
            assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(420);
        }
        // A panel of its own size, so that its text has the size it says: 400 units on 380 pixels.
        show(SampleReports.bert());
        assertThat(drawnPanel("stable-rank").locator(".vega svg").getAttribute("viewBox"))
                .isEqualTo("0 0 400 300");
    }

    @Test
    void heatMapsOfSeveralModelsShareTheirColours() {
        show(SampleReports.varied());
        Locator cells = page.locator(".cells td");
        List<String> steps = new ArrayList<>();
        cells.all().forEach(cell -> steps.add(cell.getAttribute("class")));
        // corner, first row, second row; 1 is the palest of both tables and 7 the deepest
        assertThat(steps.get(1)).isEqualTo("h0");
        assertThat(steps.get(steps.size() - 1)).isEqualTo("h" + (HeatRamp.STEPS - 1));
    }

    @Test
    void printHasItsOwnLayoutAndKeepsWhatIsHidden() {
        show(SampleReports.bert());
        page.locator("[data-figure='layers']")
                .getByText("M1", new Locator.GetByTextOptions().setExact(true))
                .first()
                .click();
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        page.evaluate("dispatchEvent(new Event('beforeprint'))");
        assertThat(panel("stable-rank").locator(".vega svg").getAttribute("viewBox"))
                .isEqualTo("0 0 400 300");
        assertThat(marks(panel("stable-rank"))).isEqualTo(72);
        assertThat(page.locator("[data-figure='layers'] [data-toggle=M1]").isVisible())
                .isFalse();
        // Chromium leaves buttons out of the headers it repeats on every page
        Locator head = page.locator("[data-table='measurements'] th").first();
        assertThat(head.locator("button").isVisible()).isFalse();
        assertThat(head.innerText()).isEqualTo("Layer");
        page.evaluate("dispatchEvent(new Event('afterprint'))");
        assertThat(panel("stable-rank").locator(".vega svg").getAttribute("viewBox"))
                .isEqualTo("0 0 590 320");
    }

    @Test
    void firstFigureIsWholeOnTheFirstScreen() {
        page.setViewportSize(1280, 720);
        show(SampleReports.bert()
                .with(new Lead(
                        "Stable ranks are low: 78 of 84 matrices are below 75 % of random ones. QKV, M1 and M2 have about the "
                                + "same norm: Lemma 3 predicts it, but so do their sizes without training.",
                        "Stable rank ‖A‖_F/‖A‖_2: over how many directions a matrix acts with about equal strength; 1 is a "
                                + "single one, in random matrices of these shapes 13.9 to 18.5.",
                        List.of("copy used"),
                        List.of(new Link("Paper", "https://arxiv.org/abs/2502.17340")),
                        "bert",
                        "")));
        var box = panel("frobenius-norm").locator(".chart").boundingBox();
        assertThat(box.y + box.height).isBetween(400.0, 720.0);
    }

    @Test
    void aboveTheFirstSectionNoLinkIsTheCurrentOne() {
        show(SampleReports.bert());
        Locator current = page.locator("nav a[aria-current]");
        page.evaluate("scrollTo(0, document.body.scrollHeight / 2)");
        page.waitForCondition(() -> current.count() == 1);
        page.evaluate("scrollTo(0, 0)");
        page.waitForCondition(() -> current.count() == 0
                || current.first()
                        .getAttribute("href")
                        .equals(page.locator("nav a").first().getAttribute("href")));
    }

    @Test
    void paperShowsTheBeginningOfLongTables() {
        List<List<Cell>> rows = java.util.stream.IntStream.range(0, 560)
                .mapToObj(i -> List.of(new Cell("row " + i, null), new Cell(Integer.toString(i), (double) i)))
                .toList();
        show(new Report(
                "Sample",
                "sample",
                "",
                List.of(),
                List.of(),
                List.of(new TableSection(
                        "t", "Rows", "", List.of(new Column("Name", false), new Column("Number", true)), rows, false)),
                List.of(),
                null,
                null));
        Locator seen = page.locator("tbody tr:visible");
        assertThat(seen.count()).isEqualTo(560);
        assertThat(page.locator(".cut").isVisible()).isFalse();
        page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
        assertThat(seen.count()).isEqualTo(100);
        assertThat(page.locator(".cut").innerText()).startsWith("The first 100 of 560 rows");
    }

    @Test
    void printHasNoNearlyEmptyPages() throws IOException {
        show(SampleReports.varied());
        Path pdf = directory.resolve("print.pdf");
        page.pdf(new Page.PdfOptions().setPath(pdf).setPreferCSSPageSize(true));
        // Findings, two heat maps, a figure and a table of sixty short rows.
        assertThat(pages(pdf)).isBetween(2, 4);
    }

    /** Page objects of a PDF. */
    private static int pages(Path pdf) throws IOException {
        String text = Files.readString(pdf, java.nio.charset.StandardCharsets.ISO_8859_1);
        return text.split("/Type\\s*/Page\\b(?!s)", -1).length - 1;
    }

    @Test
    void hostileNamesRunNothing() {
        show(HtmlReportTest.hostile());
        assertThat(page.locator("h1").innerText()).isEqualTo(HtmlReportTest.HOSTILE.strip());
        panel("p").locator(".chart").hover();
        assertThat(page.locator("#tip td:nth-child(2)").innerText()).isEqualTo(HtmlReportTest.HOSTILE.strip());
        assertThat(page.locator("img").count()).isZero();
    }

    @Test
    void readsWithoutJavaScript() throws IOException {
        BrowserContext plain = browser.newContext(
                new Browser.NewContextOptions().setJavaScriptEnabled(false).setOffline(true));
        Path file = Files.createTempFile(directory, "plain", ".html");
        Files.writeString(file, HtmlReport.render(SampleReports.bert()));
        Page still = plain.newPage();
        still.navigate(file.toUri().toString());
        assertThat(still.locator("[data-panel='stable-rank'] svg .mark").count())
                .isEqualTo(84 + 0);
        assertThat(still.locator(".map >> nth=0").isVisible()).isTrue();
        plain.close();
    }
}
