package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** Numbers in README and docs are those of the files in docs/results, or follow from a formula. */
class DocNumbersTest {
    private static final Path ROOT = Path.of("..");
    private static final Path BERT = ROOT.resolve("docs/results/models/bert-base-uncased.json");
    private static final Path LAYERS = ROOT.resolve("docs/results/models/minilm-vs-bge.json");
    private static final Path MERGING = ROOT.resolve("docs/results/merging/summary.csv");
    private static final Path MERGED = ROOT.resolve("docs/results/merging/provenance.json");
    private static final Path FINETUNING = ROOT.resolve("docs/results/finetuning/provenance.json");

    /** Decimals that are definitions or settings, not results. */
    private static final Set<String> SETTINGS = Set.of("0.9", "0.95", "1.26", "1.25");

    /**
     * A number in words.
     *
     * @param page where
     * @param text as it stands there
     * @param value it must be, as the text rounds it
     */
    private record Traced(String page, String text, String value) {}

    private static double bert(String finding, String number) throws IOException {
        return finding(BERT, finding, number);
    }

    private static double finding(Path result, String finding, String number) throws IOException {
        for (JsonNode one : new ObjectMapper().readTree(result.toFile()).path("findings")) {
            if (one.path("id").asText().equals(finding)) {
                return one.path("numbers").path(number).asDouble();
            }
        }
        throw new IllegalStateException("no finding " + finding);
    }

    /** Mean of the two networks' value at the last step. */
    private static double merging(String condition, String lambda, String metric) throws IOException {
        List<String[]> rows = new ArrayList<>();
        int last = 0;
        for (String line : Files.readAllLines(MERGING)) {
            String[] cells = line.split(",");
            if (cells[1].equals(condition) && cells[2].equals(lambda) && cells[4].matches(metric)) {
                rows.add(cells);
                last = Math.max(last, Integer.parseInt(cells[3]));
            }
        }
        int end = last;
        return rows.stream()
                .filter(cells -> Integer.parseInt(cells[3]) == end)
                .mapToDouble(cells -> Double.parseDouble(cells[5]))
                .average()
                .orElseThrow();
    }

    private static String decimals(double value, int digits) {
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }

    private static DoubleStream distances() throws IOException {
        List<Double> all = new ArrayList<>();
        new ObjectMapper()
                .readTree(LAYERS.toFile())
                .path("layer_distances")
                .get(0)
                .path("matched")
                .forEach(pair -> all.add(pair.path("distance").asDouble()));
        return all.stream().mapToDouble(Double::doubleValue);
    }

    private static List<Traced> traced() throws IOException {
        double spread = bert("norm-spread", "norm_spread");
        double output = bert("output-ratio", "output_ratio");
        double entries = bert("output-ratio", "output_rms_ratio");
        double size = bert("output-ratio", "null_output_ratio");
        String low = Math.round(bert("low-rank", "low_matrices")) + " of " + Math.round(bert("low-rank", "matrices"));
        return List.of(
                new Traced("README.md", "78 of 84", low),
                new Traced("README.md", "×1.13", "×" + decimals(spread, 2)),
                new Traced("README.md", "×0.43", "×" + decimals(output, 2)),
                new Traced("README.md", "×0.52", "×" + decimals(size, 2)),
                new Traced("README.md", "×0.82", "×" + decimals(entries, 2)),
                new Traced(
                        "README.md",
                        "is 0.700 (0.439",
                        "is " + decimals(finding(MERGED, "orthogonal-tasks", "loss_ratio"), 3) + " ("
                                + decimals(finding(MERGED, "orthogonal-tasks", "loss_ratio_low"), 3)),
                new Traced(
                        "README.md", "labels 890", "labels " + decimals(finding(MERGED, "same-task", "loss_ratio"), 0)),
                new Traced(
                        "README.md",
                        "from 337 to 0.700",
                        "from " + decimals(finding(MERGED, "weight-decay", "loss_ratio_without"), 0) + " to "
                                + decimals(finding(MERGED, "weight-decay", "loss_ratio"), 3)),
                new Traced(
                        "README.md",
                        "rises 346 (",
                        "rises " + decimals(finding(MERGED, "weight-decay", "individual_loss_rise"), 0) + " ("),
                new Traced(
                        "README.md",
                        "falls 1.39 (",
                        "falls " + decimals(finding(MERGED, "weight-decay", "merged_loss_fall"), 2) + " ("),
                new Traced(
                        "README.md",
                        "1.64 and 1.26",
                        decimals(merging("orthogonal", "1.0E-4", "stable_rank_w1_(first|second)"), 2) + " and "
                                + decimals(merging("orthogonal", "1.0E-4", "stable_rank_w2_(first|second)"), 2)),
                new Traced(
                        "README.md",
                        "5.48",
                        decimals(merging("orthogonal", "1.0E-4", "frobenius_norm_w1_(first|second)"), 2)),
                new Traced(
                        "docs/merge.md",
                        "×3.45",
                        "×" + decimals(finding(FINETUNING, "losses/adamw-disjoint", "loss_ratio"), 2)),
                new Traced(
                        "docs/merge.md",
                        "×13.5",
                        "×" + decimals(finding(FINETUNING, "losses/adamw-disjoint", "null_loss_ratio"), 1)),
                new Traced(
                        "docs/merge.md",
                        "×1.79",
                        "×" + decimals(finding(FINETUNING, "losses/adamw-shared", "contrast"), 2)),
                new Traced(
                        "docs/merge.md",
                        "×19.2",
                        "×" + decimals(finding(FINETUNING, "losses/sgd-disjoint", "loss_ratio"), 1)),
                new Traced(
                        "docs/experiments.md",
                        "0.358",
                        decimals(finding(FINETUNING, "prediction/adamw-overlap", "rank_correlation"), 3)),
                new Traced("docs/faq.md", "1.15", decimals(bert("norm-spread", "null_norm_spread"), 2)),
                new Traced("docs/faq.md", "×0.43", "×" + decimals(output, 2)),
                new Traced("docs/faq.md", "×0.52", "×" + decimals(size, 2)),
                new Traced("docs/faq.md", "×0.82", "×" + decimals(entries, 2)),
                new Traced(
                        "docs/gallery.md", "0.318", decimals(distances().min().orElseThrow(), 3)),
                new Traced(
                        "docs/gallery.md", "0.573", decimals(distances().max().orElseThrow(), 3)),
                new Traced("docs/reading-a-report.md", "√768/2 = 13.9", "√768/2 = " + decimals(gaussian(768, 768), 1)),
                new Traced(
                        "docs/reading-a-report.md",
                        "18.5 for 3072 × 768",
                        decimals(gaussian(3072, 768), 1) + " for 3072 × 768"),
                new Traced("docs/reading-a-report.md", "27.7 | 768", decimals(Math.sqrt(768), 1) + " | 768"));
    }

    private static double gaussian(double r, double c) {
        return Math.sqrt(r * c) / (Math.sqrt(r) + Math.sqrt(c));
    }

    @Test
    void numbersAreThoseOfTheResults() throws IOException {
        for (Traced one : traced()) {
            assertThat(one.text()).as(one.page()).isEqualTo(one.value());
            assertThat(Files.readString(ROOT.resolve(one.page())))
                    .as(one.page())
                    .contains(one.text());
        }
    }

    @Test
    void decimalsOfTheGuidesAreAllTraced() throws IOException {
        for (String page : List.of("docs/index.md", "docs/faq.md", "docs/gallery.md", "docs/reading-a-report.md")) {
            Set<String> known = new TreeSet<>(SETTINGS);
            Pattern decimal = Pattern.compile("\\d+\\.\\d+");
            for (Traced one : traced()) {
                Matcher number = decimal.matcher(one.text());
                while (one.page().equals(page) && number.find()) {
                    known.add(number.group());
                }
            }
            String prose = Files.readString(ROOT.resolve(page)).replaceAll("(?m)^ {4}.*$|\\([^)]*\\)|`[^`]*`", "");
            Set<String> found = new TreeSet<>();
            Matcher number = decimal.matcher(prose);
            while (number.find()) {
                found.add(number.group());
            }
            found.removeAll(known);
            assertThat(found)
                    .as("numbers of " + page + " that come from nowhere")
                    .isEmpty();
        }
    }
}
