package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.Report.*;

/** The page in a real browser: Debian's chromium, or the one the environment variable CHROMIUM names; never a network. */
@Tag("browser")
class BrowserTest {
    private static final List<String> ARGUMENTS = List.of(
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-sandbox");

    @TempDir
    static Path directory;

    private static Playwright playwright;
    private static Browser browser;
    private BrowserContext context;
    private Page page;
    private final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void start() {
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(Path.of(System.getenv().getOrDefault("CHROMIUM", "/usr/bin/chromium")))
                        .setArgs(ARGUMENTS));
    }

    @AfterAll
    static void stop() {
        playwright.close();
    }

    @BeforeEach
    void open() {
        context = browser.newContext(new Browser.NewContextOptions()
                .setOffline(true)
                .setViewportSize(1280, 900)
                .setAcceptDownloads(true));
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                complaints.add(message.text());
            }
        });
        page.onPageError(complaints::add);
        page.onDialog(dialog -> complaints.add("dialog: " + dialog.message()));
        page.onRequest(request -> {
            if (!request.url().startsWith("file:") && !request.url().startsWith("blob:")) {
                complaints.add("request: " + request.url());
            }
        });
    }

    @AfterEach
    void noErrorAndNoRequest() {
        context.close();
        assertThat(complaints).isEmpty();
    }

    private void show(Report report) {
        try {
            Path file = Files.createTempFile(directory, "report", ".html");
            Files.writeString(file, HtmlReport.render(report));
            page.navigate(file.toUri().toString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        page.waitForSelector("body[data-ready]");
        page.waitForSelector("body[data-drawn]");
    }

    private Locator panel(String id) {
        return page.locator("[data-panel='" + id + "']");
    }

    /** A panel the library has drawn: it takes over when the panel comes near the screen. */
    private Locator drawnPanel(String id) {
        panel(id).scrollIntoViewIfNeeded();
        page.waitForSelector("[data-panel='" + id + "'][data-drawn]");
        return panel(id);
    }

    private static int marks(Locator panel) {
        return panel.locator("svg .mark-symbol path").count();
    }

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
                            .isEqualTo(drawn.panel().series().size());
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
        figure.getByText("Baseline").click();
        page.waitForSelector("[data-panel='stable-rank'] :text('Gaussian M1, M2')");
        figure.getByText("Squared").click();
        page.waitForSelector("[data-panel='stable-rank'] svg :text('200')");
        figure.getByText("Log", new Locator.GetByTextOptions().setExact(true)).click();
        page.waitForSelector("[data-panel='frobenius-norm'] svg :text('30')");
        assertThat(figure.locator("[aria-pressed=true]").allInnerTexts()).contains("Squared", "Baseline", "Log");
    }

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
        assertThat(page.evaluate("getComputedStyle(document.querySelector('.mark-line path')).stroke"))
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
                .isEqualTo("0 0 590 340");
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
