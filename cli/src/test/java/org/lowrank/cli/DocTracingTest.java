package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every decimal number in what README, docs/experiments.md and docs/theory.md tell of the experiments is one of the committed run that its
 * section links to, as the text rounds it: of a finding, a setting, a small table, of Figures 2, 3 and 5 the end
 * of a mean, and where each draw is told of that of a draw. So a rerun that changes a number fails here until its sentence is changed.
 */
class DocTracingTest {
    private static final Path ROOT = Path.of("..");
    private static final Path RESULTS = ROOT.resolve("docs/results");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** {@code 1.3·10⁻¹⁰}, {@code 3.94e-4}, {@code 12,930}. */
    private static final Pattern NUMBER =
            Pattern.compile("(?<![\\w.])(\\d[\\d,]*(?:\\.\\d+)?)(?:(?: × |·)10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)|[eE]([-+]?\\d+))?");

    private static final Pattern LINKED = Pattern.compile("results/([\\w-]+)");

    /** Where the text tells of single draws. */
    private static final Set<String> OF_DRAWS = Set.of("mean_inverse_stable_rank", "error");

    /** Runs of which the texts tell means at the end, beside findings. */
    private static final Set<String> TOLD_BY_MEANS = Set.of("merging", "merging-fashion-mnist", "sweep");

    /** A number in a text and half a unit of its last digit. */
    private record Told(String text, double value, double half) {
        boolean rounds(double exact) {
            return Math.abs(Math.abs(exact) - value) <= half * 1.0001;
        }

        static List<Told> in(String text) {
            List<Told> told = new ArrayList<>();
            Matcher number = NUMBER.matcher(text);
            while (number.find()) {
                String digits = number.group(1).replace(",", "");
                int exponent = number.group(2) != null
                        ? Integer.parseInt(plain(number.group(2)))
                        : number.group(3) != null ? Integer.parseInt(number.group(3)) : 0;
                int decimals = digits.contains(".") ? digits.length() - digits.indexOf('.') - 1 : 0;
                told.add(new Told(
                        number.group(),
                        Double.parseDouble(digits + "e" + exponent),
                        0.5 * Math.pow(10, exponent - decimals)));
            }
            return told;
        }

        private static String plain(String raised) {
            StringBuilder plain = new StringBuilder();
            raised.chars().forEach(c -> plain.append(c == '⁻' ? '-' : (char) ('0' + "⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(c))));
            return plain.toString();
        }

        boolean isDecimal() {
            return text.contains(".");
        }
    }

    /** All numbers of a committed run that a text may tell. */
    private static List<Double> numbers(String run) throws IOException {
        List<Double> numbers = new ArrayList<>();
        Path directory = RESULTS.resolve(run);
        if (Files.exists(directory.resolve("provenance.json"))) {
            JsonNode provenance =
                    JSON.readTree(directory.resolve("provenance.json").toFile());
            collect(provenance.path("findings"), numbers);
            collect(provenance.path("settings"), numbers);
        }
        for (String table : List.of("verdicts.csv", "lemma-4.csv")) {
            if (Files.exists(directory.resolve(table))) {
                String cells = Files.readString(directory.resolve(table)).replace(',', ' ');
                Told.in(cells).forEach(told -> numbers.add(told.value()));
            }
        }
        if (TOLD_BY_MEANS.contains(run)) {
            ends(Files.readAllLines(directory.resolve("summary.csv")), numbers);
        }
        if (run.equals("sweep")) {
            draws(directory.resolve("result.json.gz"), numbers);
        }
        return numbers;
    }

    private static void collect(JsonNode node, List<Double> numbers) {
        if (node.isNumber()) {
            numbers.add(node.asDouble());
        } else if (node.isTextual()) {
            Told.in(node.asText()).forEach(told -> numbers.add(told.value()));
        } else {
            node.forEach(child -> collect(child, numbers));
        }
    }

    /** Means and deviations at each condition's last step, and the mean over both networks of a pair. */
    private static void ends(List<String> lines, List<Double> numbers) {
        Map<String, Long> last = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            last.merge(cells[1], Long.parseLong(cells[3]), Math::max);
        }
        Map<String, List<Double>> pairs = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            if (Objects.equals(Long.valueOf(cells[3]), last.get(cells[1]))) {
                for (int cell = 5; cell <= 6; cell++) {
                    if (!cells[cell].isEmpty()) {
                        numbers.add(Double.parseDouble(cells[cell]));
                    }
                }
                if (!cells[5].isEmpty()) {
                    String pair = cells[1] + cells[2] + cells[4].replaceAll("_(first|second)$", "");
                    pairs.computeIfAbsent(pair, p -> new ArrayList<>()).add(Double.parseDouble(cells[5]));
                }
            }
        }
        pairs.values()
                .forEach(pair ->
                        numbers.add(pair.stream().mapToDouble(v -> v).average().orElseThrow()));
    }

    private static void draws(Path result, List<Double> numbers) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(result))) {
            for (JsonNode curve : JSON.readTree(in).path("curves")) {
                if (OF_DRAWS.contains(curve.path("metric").asText())) {
                    JsonNode values = curve.path("values");
                    double end = values.get(values.size() - 1).asDouble();
                    numbers.add(end);
                    numbers.add(100 * end); // an error in per cent
                }
            }
        }
    }

    /** Without code, commands, pictures and addresses. */
    private static String prose(String markdown) {
        return markdown.replaceAll("(?m)^ {4}.*$|!\\[[^\\]]*\\]\\([^)]*\\)|\\]\\([^)]*\\)|`[^`]*`", " ");
    }

    private static Set<String> untraced(String section, String always) throws IOException {
        Set<String> runs = new TreeSet<>();
        Matcher linked = LINKED.matcher(section + " " + always);
        while (linked.find()) {
            runs.add(linked.group(1));
        }
        List<Double> known = new ArrayList<>();
        for (String run : runs) {
            known.addAll(numbers(run));
        }
        Set<String> untraced = new TreeSet<>();
        for (Told told : Told.in(prose(section))) {
            if (told.isDecimal() && known.stream().noneMatch(told::rounds)) {
                untraced.add(told.text());
            }
        }
        return untraced;
    }

    /** The last column: definitions and choices of the text, which no run has, and a product of two numbers told. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "docs/experiments.md | ## | | 0.35 3.8",
                "docs/theory.md | ## | results/theory | 0.005 0.25 0.27",
                "README.md | ## The paper's figures | |"
            })
    void everyDecimalIsOneOfARunThatItsSectionLinksTo(String page, String sections, String always, String choices)
            throws IOException {
        Set<String> allowed = choices == null ? Set.of() : Set.of(choices.split(" "));
        int traced = 0;
        for (String section : Files.readString(ROOT.resolve(page)).split("(?m)^(?=## )")) {
            if (section.startsWith(sections)) {
                traced += Told.in(prose(section)).size();
                Set<String> left = untraced(section, always == null ? "" : always);
                left.removeAll(allowed);
                assertThat(left)
                        .as(page + ", " + section.lines().findFirst().orElse("") + ": numbers of no linked run")
                        .isEmpty();
            }
        }
        assertThat(traced).isGreaterThan(20);
    }

    @Test
    void numberThatNoRunHasIsFound() throws IOException {
        String section = "## A\nThe mean cosine is 0.290 and 0.777 ([results](results/mechanism)).\n";
        assertThat(untraced(section, "")).containsExactly("0.777");
        assertThat(Told.in("1.3·10⁻¹⁰ and 3.94e-4 and 12,930.5"))
                .extracting(Told::value)
                .containsExactly(1.3e-10, 3.94e-4, 12930.5);
        assertThat(Told.in("0.36").get(0).rounds(0.3649)).isTrue();
        assertThat(Told.in("0.36").get(0).rounds(0.3651)).isFalse();
    }
}
