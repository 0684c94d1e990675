package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.Report.*;

/** A real browser: Debian's chromium, or the one the environment variable CHROMIUM names; never a network. */
@Tag("browser")
abstract class InBrowser {
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
    static Browser browser;
    private BrowserContext context;
    Page page;
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

    final void show(Report report) {
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

    final Locator panel(String id) {
        return page.locator("[data-panel='" + id + "']");
    }

    /** A panel the library has drawn: it takes over when the panel comes near the screen. */
    final Locator drawnPanel(String id) {
        panel(id).scrollIntoViewIfNeeded();
        page.waitForSelector("[data-panel='" + id + "'][data-drawn]");
        return panel(id);
    }

    static int marks(Locator panel) {
        return panel.locator("svg .mark-symbol path").count();
    }
}
