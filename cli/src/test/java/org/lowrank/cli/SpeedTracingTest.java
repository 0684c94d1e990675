package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Where the numbers of speed come from. No machine repeats them, so they are no committed result; but each is one of a row of
 * docs/performance.md, each such row is one that benchmarks/run prints, and each section there names what measured it.
 */
class SpeedTracingTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern DECIMAL = Pattern.compile("(?<![\\w.])\\d+(?:\\.\\d+|/\\d+)(?![\\w.]*\\d)");

    /** A row of the benchmark: {@code row(f"8. merge of two GPT-2 large, {name}: …", …)}. */
    private static final Pattern ROW = Pattern.compile("\\brow\\(f?\"(\\d+\\. [^\"]*)\"");

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }

    /** First cells of the tables' rows that begin with a target's number. */
    private static List<String> targets(String page) {
        return page.lines()
                .filter(line -> line.matches("\\| \\d+\\. .*"))
                .map(line -> line.substring(2, line.indexOf(" |", 2)).replace("`", ""))
                .toList();
    }

    private static Set<String> decimals(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = DECIMAL.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    @Test
    void everyRowIsOneThatTheBenchmarkPrints() throws IOException {
        Matcher rows = ROW.matcher(read("benchmarks/run"));
        StringBuilder any = new StringBuilder();
        while (rows.find()) {
            String pattern = pattern(rows.group(1).replace("`", ""));
            any.append(any.isEmpty() ? "" : "|").append(pattern);
        }
        assertThat(any).isNotEmpty();
        Pattern printed = Pattern.compile(any.toString());
        List<String> targets = targets(read("docs/performance.md"));
        assertThat(targets)
                .hasSizeGreaterThan(15)
                .allMatch(target -> printed.matcher(target).matches());
        assertThat(printed.matcher("1. a row of no benchmark").matches()).isFalse();
    }

    /** A row's name as a pattern: what Python puts in braces is anything. */
    private static String pattern(String name) {
        return Pattern.compile("\\{[^}]*\\}")
                .splitAsStream(name)
                .map(Pattern::quote)
                .collect(Collectors.joining(".+", "", name.endsWith("}") ? ".+" : ""));
    }

    @Test
    void everyDecimalOfTheReadmesSpeedIsOneOfARow() throws IOException {
        String readme = read("README.md");
        String speed = readme.substring(readme.indexOf("\n## Speed"));
        speed = speed.substring(0, speed.indexOf("\n## ", 4));
        String rows = read("docs/performance.md")
                .lines()
                .filter(line -> line.startsWith("| "))
                .collect(Collectors.joining("\n"));
        assertThat(decimals(speed)).isNotEmpty().isSubsetOf(decimals(rows));
    }

    /** A command, or a file of this repository. */
    private static final Pattern MEASURED_BY = Pattern.compile(
            "`(?:benchmarks/|packaging/|experiment |lowrank |\\./)[^`]*`|(?m)^ {4}(?:benchmarks/|\\./)|\\w+Test\\b|microbenchmark|profile");

    @Test
    void everySectionWithNumbersSaysWhatMeasuredThem() throws IOException {
        for (String section : read("docs/performance.md").split("(?m)^(?=## )")) {
            String heading = section.lines().findFirst().orElse("");
            boolean ofOthers = heading.equals("## Tried") || heading.startsWith("# ");
            if (!ofOthers && !decimals(section).isEmpty()) {
                assertThat(MEASURED_BY.matcher(section).find()).as(heading).isTrue();
            }
        }
    }
}
