package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.reports.ResultJson;

/**
 * Every finding the program can write: docs/findings.md names it, and each of its numbers has the null's beside it or a reason in
 * that page why there is none. Weights drawn at random earn no green verdict anywhere.
 */
class EveryFindingTest {
    private static final Path PAGE = Path.of("..", "docs", "findings.md");
    private static final List<String> CONTROLS = List.of("null_", "initial_", "own_");

    /** Classes that make findings. One more has to be walked below, and its findings named in the page. */
    private static final Set<String> MAKERS = new TreeSet<>(List.of(
            "ActivationFindings.java",
            "AdapterFindings.java",
            "Against.java",
            "BaselineDeparture.java",
            "ComparisonFindings.java",
            "ExperimentReport.java",
            "ExtractionReport.java",
            "Finding.java",
            "Findings.java",
            "FinetuningFindings.java",
            "GridFindings.java",
            "InterferenceFindings.java",
            "LayerFindings.java",
            "MechanismFindings.java",
            "MergingDraws.java",
            "MergingFindings.java",
            "ModelFindings.java",
            "MovementFinding.java",
            "OverlapFindings.java",
            "PopulationFindings.java",
            "QuantisationError.java",
            "RankFindings.java",
            "SearchedTransition.java",
            "ShareFindings.java",
            "SweepFindings.java",
            "SweepTrend.java",
            "TaskVectorFindings.java",
            "TheoryReport.java",
            "TraceFindings.java",
            "TransitionFindings.java",
            "VariantView.java",
            "WeightDecayFinding.java",
            "WidthFinding.java"));

    /** Findings that other tests make. */
    private static final List<String> WALKED_ELSEWHERE = List.of(
            "losses/…", // FinetuningFindings need a pretrained encoder
            "prediction/…",
            "training…"); // the experiments' own

    @TempDir
    Path directory;

    private RandomModels models;
    private int runs;

    @BeforeEach
    void models() {
        models = new RandomModels(directory);
    }

    /** Findings of a command's result.json. */
    private List<JsonNode> findings(String... arguments) throws IOException {
        Path out = directory.resolve("out" + runs++);
        List<String> all = new ArrayList<>(List.of(arguments));
        Collections.addAll(all, "--out", out.toString());
        if (!arguments[0].equals("extract")) {
            Collections.addAll(all, "--format", "json", "--quiet");
        }
        Run run = Run.of(all.toArray(String[]::new));
        assertThat(run.exitCode()).as(all + "\n" + run.err()).isZero();
        List<JsonNode> findings = new ArrayList<>();
        ResultJson.read(out.resolve("result.json")).path("findings").forEach(findings::add);
        return findings;
    }

    private List<JsonNode> everything() throws IOException {
        List<JsonNode> all = new ArrayList<>();
        Path a = models.bert("a", 6, 24, 1);
        Path b = models.bert("b", 6, 24, 2);
        Path shallow = models.bert("shallow", 3, 24, 3);
        Map<String, float[][]> odd = RandomModels.tensors(6, 24, 4);
        for (float[] row : odd.get("bert.encoder.layer.4.output.dense.weight")) {
            for (int j = 0; j < row.length; j++) {
                row[j] *= 9;
            }
        }
        all.addAll(findings("analyze", models.written("odd", odd, 6).toString()));
        all.addAll(findings("compare", a.toString(), b.toString(), "--directions", "2"));
        all.addAll(findings("compare", a.toString(), shallow.toString(), "--directions", "2"));
        Map<String, float[][]> tuned = RandomModels.tensors(6, 24, 1);
        for (float[] row : tuned.get("bert.encoder.layer.0.attention.self.query.weight")) {
            row[3] += 4;
        }
        Path changed = models.written("tuned", tuned, 6);
        all.addAll(findings("compare", a.toString(), changed.toString(), "--directions", "2"));
        all.addAll(findings("extract", a.toString(), changed.toString(), "--rank", "1"));
        Path adapter = directory.resolve("out" + (runs - 1));
        all.addAll(findings("analyze", adapter.toString()));
        all.addAll(findings("compare", a.toString(), adapter.toString(), "--directions", "2"));
        all.addAll(findings(
                "overlap",
                models.llama("llama", 32, 5).toString(),
                "the law the court judge claim law court",
                "the salt the oil pan stir heat salt oil"));
        Path population = directory.resolve("population");
        for (int i = 0; i < 4; i++) {
            models.bert("population/m" + i, 6, 16 + 8 * i, 20 + i);
        }
        all.addAll(findings("survey", population.toString()));
        String dataSet =
                directory.resolve("out" + (runs - 1)).resolve("survey.parquet").toString();
        all.addAll(findings("analyze", a.toString(), "--against", dataSet));
        all.addAll(findings(
                "compare", a.toString(), models.rounded("rounded", 6, 24, 1).toString()));
        all.addAll(findings("trace", models.training("steps", 5).toString()));
        all.addAll(interference(32, 5));
        all.addAll(experiment("merging", "--lambdas=0,0.01"));
        all.addAll(experiment("sweep", "--settle", "20"));
        all.addAll(experiment("mechanism", "--lambda=0.01"));
        for (String study : List.of("width", "depth", "overlap", "tasks", "transition")) {
            all.addAll(experiment(study, "--lambda=0.01", study.equals("overlap") ? "--values=0,0.5" : "--values=2,3"));
        }
        return all;
    }

    /** An overlap of two texts with a model tuned to each. */
    private List<JsonNode> interference(int d, long seed) throws IOException {
        return findings(
                "overlap",
                models.llama("base" + seed, d, seed).toString(),
                "the law the court judge claim law court",
                "the salt the oil pan stir heat salt oil",
                "--tuned-a",
                models.tuned("tuned-a" + seed, d, seed, seed + 1).toString(),
                "--tuned-b",
                models.tuned("tuned-b" + seed, d, seed, seed + 2).toString());
    }

    private List<JsonNode> experiment(String name, String... options) throws IOException {
        return findings(TinyExperiments.command(name, options));
    }

    /** Rows of the table under a heading: the cells that are code. */
    private static List<List<String>> rows(String heading) throws IOException {
        String page = Files.readString(PAGE);
        String part = page.substring(page.indexOf("## " + heading));
        int end = part.indexOf("\n## ", 4);
        Pattern code = Pattern.compile("`([^`]+)`");
        return (end < 0 ? part : part.substring(0, end))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> {
                    List<String> cells = new ArrayList<>();
                    Matcher matcher = code.matcher(line);
                    while (matcher.find()) {
                        cells.add(matcher.group(1));
                    }
                    return cells;
                })
                .toList();
    }

    @Test
    void everyNumberHasItsNullOrAReason() throws IOException {
        Set<String> named = new LinkedHashSet<>();
        rows("All findings").forEach(named::addAll);
        List<List<String>> reasons = rows("Numbers without a null");
        Map<String, Set<String>> bare = new TreeMap<>();
        Set<String> seen = new TreeSet<>();
        for (JsonNode finding : everything()) {
            String id = finding.path("id").asText();
            seen.add(id);
            Set<String> numbers = new TreeSet<>();
            finding.path("numbers").fieldNames().forEachRemaining(numbers::add);
            for (String number : numbers) {
                boolean explained = CONTROLS.stream().anyMatch(number::startsWith)
                        || numbers.contains("null_" + number)
                        || reasons.stream().anyMatch(row -> fits(row.get(0), id) && fits(row.get(1), number));
                if (!explained) {
                    bare.computeIfAbsent(id, k -> new TreeSet<>()).add(number);
                }
            }
        }
        assertThat(bare).as("numbers without a null and without a reason").isEmpty();
        assertThat(seen)
                .as("docs/findings.md names them")
                .allMatch(id -> named.stream().anyMatch(name -> fits(name, id)));
        assertThat(named.stream().filter(name -> seen.stream().noneMatch(id -> fits(name, id))))
                .as("named in docs/findings.md and made by no command of this test")
                .isSubsetOf(WALKED_ELSEWHERE);
    }

    /** A name of the page; … and * stand for anything. */
    private static boolean fits(String name, String text) {
        return text.matches(Stream.of(name.replace('*', '…').split("…", -1))
                .map(Pattern::quote)
                .collect(java.util.stream.Collectors.joining(".*")));
    }

    @Test
    void everyMakerOfFindingsIsKnown() throws IOException {
        Set<String> makers = new TreeSet<>();
        Pattern made = Pattern.compile("new Finding\\(|\\bFinding\\.of\\(");
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")
                            && path.toString().contains("src/main/java".replace("/", java.io.File.separator)))
                    .toList()) {
                if (made.matcher(Files.readString(file)).find()) {
                    makers.add(file.getFileName().toString());
                }
            }
        }
        assertThat(makers).isEqualTo(MAKERS);
    }

    @Test
    void randomWeightsEarnNoGreenVerdict() throws IOException {
        for (long seed = 0; seed < 3; seed++) {
            Path a = models.bert("random" + seed, 6, 64, 10 * seed);
            Path b = models.bert("other" + seed, 6, 64, 10 * seed + 5);
            Path deep = models.bert("deep" + seed, 8, 64, 10 * seed + 7);
            List<JsonNode> all = new ArrayList<>(findings("analyze", a.toString()));
            all.addAll(findings("compare", a.toString(), b.toString()));
            all.addAll(findings("compare", a.toString(), deep.toString()));
            all.addAll(findings(
                    "overlap",
                    models.llama("llama" + seed, 128, seed).toString(),
                    "the law the court judge claim law court",
                    "the salt the oil pan stir heat salt oil"));
            all.addAll(findings(
                    "compare",
                    a.toString(),
                    models.rounded("rounded" + seed, 6, 64, 10 * seed).toString()));
            all.addAll(findings("trace", models.training("steps" + seed, seed).toString()));
            all.addAll(interference(64, 100 + seed));
            for (int i = 0; i < 5; i++) {
                models.bert("many" + seed + "/m" + i, 6, 32 + 16 * i, 50 + 10 * seed + i);
            }
            all.addAll(findings("survey", directory.resolve("many" + seed).toString()));
            String dataSet = directory
                    .resolve("out" + (runs - 1))
                    .resolve("survey.parquet")
                    .toString();
            all.addAll(findings("analyze", a.toString(), "--force", "--against", dataSet));
            assertThat(all)
                    .hasSizeGreaterThan(12)
                    .allSatisfy(finding -> assertThat(finding.path("verdict").asText())
                            .as(finding.toString())
                            .isNotIn("HOLDS", "ROUGHLY"));
        }
    }
}
