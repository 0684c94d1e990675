package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/** {@code lowrank report} makes every file of every kind of result again from result.json alone, byte for byte. */
class SavedResultsTest {
    private static final String FORMATS = "html,csv,json";

    @TempDir
    Path directory;

    private String model(String name, int seed) throws IOException {
        Map<String, float[][]> tensors = TinyCheckpoint.bert();
        Random random = new Random(seed);
        tensors.replaceAll((tensor, values) -> TinyCheckpoint.gaussian(values.length, values[0].length, random));
        Path model = TinyCheckpoint.write(directory.resolve(name), tensors);
        Files.writeString(
                model.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlaw\ncourt\nsalt\noil\nthe\n");
        return model.toString();
    }

    /** Runs a command, takes its result.json away to where nothing else is, and compares what comes of it. */
    private void isRenderedAgain(String formats, String... command) throws IOException {
        Path first = directory.resolve("first");
        Path alone = directory.resolve("alone");
        run(Stream.concat(Arrays.stream(command), Stream.of("--out", first.toString(), "--format", formats)));
        Path saved = Files.copy(
                first.resolve("result.json"), Files.createDirectories(alone).resolve("result.json"));
        run(Stream.of("report", saved.toString(), "--format", formats));
        Map<String, String> files = files(first);
        assertThat(files).containsKeys("report.html", "result.json");
        assertThat(files(alone)).isEqualTo(files);
    }

    /** docs/theory.md: seven of the fifteen hold as printed. */
    @Test
    void pagesOfTheoryAndExperimentsBeginWithTheirMainFact() throws IOException {
        run(Stream.of("report", "../docs/results/theory/result.json.gz", "--out", directory.toString()));
        assertThat(directory.resolve("report.html"))
                .content()
                .contains(
                        "<p class=\"summary\">7 of 15 results hold as printed; violated: Lemma 3, Theorem 1, Theorem 2, Theorem 3,"
                                + " Lemma 6, Lemma 7, Lemma 8, Corollary 2.</p>")
                .contains("runs judged; a line of its proof or text does not (“proof, printed”).")
                .contains(
                        "Theorem 3 does not hold as printed; nor do two lines of its proof or text (“proof's rate”, “B, squared”).")
                .contains("id=\"cite\"");
        run(Stream.of("report", "../docs/results/sweep/result.json.gz", "--out", directory.toString()));
        assertThat(directory.resolve("report.html"))
                .content()
                .contains("<p class=\"summary\">c\u00a0=\u00a010, η\u00a0=\u00a00.1, settled: ");
    }

    private static void run(Stream<String> command) {
        Run run = Run.of(command.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private static Map<String, String> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> all = files.filter(Files::isRegularFile).toList();
            Map<String, String> texts = new TreeMap<>();
            for (Path file : all) {
                texts.put(directory.relativize(file).toString(), Files.readString(file));
            }
            return texts;
        }
    }

    @Test
    void analysisWithItsFigures() throws IOException {
        isRenderedAgain(FORMATS + ",svg", "analyze", model("a", 1));
        assertThat(directory.resolve("alone/figures/layers.svg")).content().doesNotContain("<text");
    }

    @Test
    void severalModelsWithSpectra() throws IOException {
        isRenderedAgain(FORMATS, "analyze", model("a", 1), model("b", 2), "--spectrum");
        assertThat(directory.resolve("alone/spectra.csv")).exists();
    }

    /**
     * What the first layout saved: no numbers of the spectrum in its rows. They are read off the spectra again, but for that of
     * square windows, which needs the weights.
     */
    @Test
    void anAnalysisOfTheFirstLayout() throws IOException {
        Path first = directory.resolve("first");
        run(Stream.of("analyze", model("a", 1), "--spectrum", "--out", first.toString(), "--format", "csv,json"));
        ObjectNode tree = (ObjectNode) ResultJson.read(first.resolve("result.json"));
        tree.put("schema_version", 1);
        List<String> added = List.of(
                "hill_exponent",
                "hill_k",
                "log_frobenius_norm_squared",
                "log_spectral_norm_squared",
                "singular_values_above_edge",
                "signal_to_noise",
                "hill_exponent_fixed_aspect");
        tree.path("matrices").forEach(row -> {
            assertThat(row.path("hill_exponent_fixed_aspect").isNumber()).isTrue();
            ((ObjectNode) row).remove(added);
        });
        Path old = Files.createDirectories(directory.resolve("old")).resolve("result.json");
        Files.writeString(old, tree.toString());
        run(Stream.of("report", old.toString(), "--format", "csv,json,html"));
        List<String> before = Files.readAllLines(first.resolve("matrices.csv"));
        List<String> after = Files.readAllLines(old.resolveSibling("matrices.csv"));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 1; i < after.size(); i++) {
            assertThat(after.get(i)).isEqualTo(before.get(i).replaceFirst("[^,]*$", ""));
        }
        assertThat(ResultJson.read(old).path("schema_version").asInt()).isEqualTo(2);
    }

    @Test
    void severalResultsAreOneReport() throws IOException {
        run(Stream.of(
                "analyze", model("a", 1), "--out", directory.resolve("a-out").toString()));
        run(Stream.of(
                "analyze", model("b", 2), "--out", directory.resolve("b-out").toString()));
        run(Stream.of(
                "analyze",
                model("a", 1),
                model("b", 2),
                "--out",
                directory.resolve("both").toString()));
        run(Stream.of(
                "report",
                directory.resolve("a-out/result.json").toString(),
                directory.resolve("b-out/result.json").toString(),
                "--out",
                directory.resolve("joined").toString()));
        assertThat(withoutProvenance("joined")).isEqualTo(withoutProvenance("both"));
    }

    /** Times and the command differ, nothing else. */
    private String withoutProvenance(String name) throws IOException {
        String page = Files.readString(directory.resolve(name).resolve("report.html"));
        return page.substring(0, page.indexOf("<section id=\"provenance\">"));
    }

    @Test
    void comparison() throws IOException {
        isRenderedAgain(FORMATS, "compare", model("a", 1), model("b", 2), "--directions", "2", "--spectrum");
        // Singular values of A, of B and of their differences: as many of each.
        Path spectra = directory.resolve("first").resolve("spectra.csv");
        Map<String, Long> rows = Files.readAllLines(spectra).stream()
                .skip(1)
                .collect(Collectors.groupingBy(line -> line.substring(0, line.indexOf(',')), Collectors.counting()));
        assertThat(rows).hasSize(3);
        assertThat(Set.copyOf(rows.values())).hasSize(1);
        assertThat(rows.keySet()).anyMatch(model -> model.contains(" - "));
    }

    @Test
    void overlap() throws IOException {
        isRenderedAgain(FORMATS, "overlap", model("a", 1), "the law the court", "the salt the oil");
    }

    @Test
    void merging() throws IOException {
        isRenderedAgain(
                FORMATS,
                words("experiment merging --preset=quick --samples=4 --dimension=4 --hidden=6,4 --steps=3 --records=2"
                        + " --draws=2 --lambdas=0,0.1 --lambda=0.1"));
    }

    @Test
    void sweep() throws IOException {
        isRenderedAgain(
                FORMATS,
                words("experiment sweep --preset=quick --samples=8 --dimension=4 --hidden=4,4 --batch=4 --epochs=2"
                        + " --records=1 --draws=2 --frequency=10 --step-size=0.1 --lambda=0,0.01"));
    }

    @Test
    void theory() throws IOException {
        isRenderedAgain(FORMATS, words("theory section-5 lemma-5 --draws 1 --epsilon 0.01"));
    }

    private static String[] words(String command) {
        return command.split(" ");
    }
}
