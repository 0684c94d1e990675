package org.lowrank.reports;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitUntilState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * How long a browser takes to show a page, by its own clock: from the start of navigation to the first paint and to the end of the
 * load event, each time in a context of its own, without a cache. The page is a file:
 *
 * <pre>{@code ./mvnw test -pl analyzer -am -Dtest=LargePageTest -Dsurefire.failIfNoSpecifiedTests=false
 * ./mvnw test -P browser -pl reports -am -Dtest=PageLoadTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dlowrank.page=$PWD/analyzer/target/large.html}</pre>
 */
@EnabledIfSystemProperty(named = "lowrank.page", matches = ".+")
class PageLoadTest extends InBrowser {
    private static final int ROUNDS = 7;

    @Test
    void timesOfAPage() {
        String address = Path.of(System.getProperty("lowrank.page")).toUri().toString();
        List<double[]> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            BrowserContext fresh = browser.newContext(
                    new Browser.NewContextOptions().setOffline(true).setViewportSize(1280, 720));
            Page shown = fresh.newPage();
            shown.navigate(address, new Page.NavigateOptions().setWaitUntil(WaitUntilState.LOAD));
            shown.waitForSelector("body[data-drawn]");
            rounds.add(new double[] {
                number(shown, "performance.getEntriesByName('first-contentful-paint')[0].startTime"),
                number(shown, "performance.getEntriesByType('navigation')[0].loadEventEnd")
            });
            fresh.close();
        }
        print("first paint", rounds, 0);
        print("load event", rounds, 1);
        assertThat(rounds).hasSize(ROUNDS);
    }

    private static double number(Page shown, String expression) {
        return ((Number) shown.evaluate(expression)).doubleValue();
    }

    private static void print(String what, List<double[]> rounds, int column) {
        double[] sorted =
                rounds.stream().mapToDouble(round -> round[column]).sorted().toArray();
        System.out.println(String.format(
                Locale.ROOT,
                "%s: median %.0f ms of %d (%.0f to %.0f)",
                what,
                sorted[sorted.length / 2],
                sorted.length,
                sorted[0],
                Arrays.stream(sorted).max().orElse(Double.NaN)));
    }
}
