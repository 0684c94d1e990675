package org.lowrank.trainer.theory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.TheoryCheck;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/**
 * All checks over random settings: seeds, λ from 1e-3 to 1, widths from 1 to 6, depths from 1 to 8, and efforts so small that many
 * runs are cut short. Never an exception, never an undefined number in a sentence, and what is proven is never violated.
 */
class NoFalseAccusationTest {
    /** Readings that are theorems: proven in the paper, or here and said to be. */
    private static final Map<String, Set<String>> TRUE = Map.ofEntries(
            Map.entry("lemma-1", Set.of("printed", "cosine", "proof, with η")),
            Map.entry("lemma-2", Set.of("printed", "on the way")),
            Map.entry("lemma-3", Set.of("degree one", "equal norms", "ReLU², with degrees")),
            Map.entry(
                    "lemma-4",
                    Set.of("equation (2)", "equation (3)", "equation (3), sharper", "norm, squared", "proof, product")),
            Map.entry("section-5", Set.of("printed", "gap", "span, −ℓ′")),
            Map.entry("lemma-5", Set.of("printed")),
            Map.entry("corollary-1", Set.of("printed, gap", "printed, bound", "loss")),
            Map.entry("theorem-1", Set.of("end-to-end sum, corrected", "separate hidden directions")),
            Map.entry("theorem-2", Set.of("first layer", "separate neurons")),
            Map.entry("theorem-3", Set.of("corrected", "D", "Proposition 1")),
            Map.entry("theorem-4", Set.of("printed", "equation (4), corrected", "path of (4), corrected")),
            Map.entry("lemma-6", Set.of("proof, with w", "growth")),
            Map.entry(
                    "lemma-7",
                    Set.of(
                            "summed",
                            "Proposition 2",
                            "Proposition 2, decreasing",
                            "Proposition 2, gradient",
                            "second, regularised")),
            Map.entry("lemma-8", Set.of("Grönwall, first layer", "a shared neuron")),
            Map.entry("corollary-2", Set.of("γ_k required, bound")));

    /** Printed readings that are theorems of one layer: a linear predictor, for which A₁ = 1 and there is one W_k. */
    private static final Map<String, Set<String>> TRUE_OF_ONE_LAYER = Map.of(
            "theorem-1", Set.of("subtracting f_θ′", "premise ⟨x′_i, x⟩", "end-to-end sum"),
            "theorem-3", Set.of("printed", "proof's rate"),
            "lemma-7", Set.of("printed"));

    /** A step of descent costs far less than an evaluation of an integrator that is followed twice for many λ. */
    private static final Set<String> DESCENTS = Set.of("lemma-1", "lemma-2", "lemma-3", "lemma-4");

    private static final int DESCENT_STEPS = 20;

    /** Depth and width evenly, λ and tolerance evenly in their logarithms. SplittableRandom, since of nearby seeds Random's first numbers agree. */
    private static TheorySettings random(long number) {
        SplittableRandom random = new SplittableRandom(number);
        int depth = 1 + random.nextInt(8);
        int width = 1 + random.nextInt(6);
        double lambda = Math.pow(10, -3 * random.nextDouble());
        double epsilon = random.nextInt(3) == 0 ? 0 : 0.3 * random.nextDouble();
        double tolerance = Math.pow(10, -6 - 4 * random.nextDouble());
        int mostSteps = new int[] {150, 800, 3000}[random.nextInt(3)];
        return new TheorySettings(
                List.of(depth),
                width,
                List.of(lambda),
                List.of(epsilon),
                1,
                random.nextInt(1_000_000),
                tolerance,
                mostSteps);
    }

    /** What all checks say with one of the settings, and what is wrong with that. */
    private record Judged(long number, double seconds, List<CheckResult> results, List<String> faults) {
        static Judged of(long number) {
            long begin = System.nanoTime();
            TheorySettings settings = random(number);
            List<String> faults = new ArrayList<>();
            List<CheckResult> results = new ArrayList<>();
            for (TheoryCheck check : TheoryCatalog.all()) {
                TheorySettings own = DESCENTS.contains(check.id()) ? longer(settings) : settings;
                String where = number + ", " + own + ", " + check.id();
                try {
                    CheckResult result = check.run(own);
                    results.add(result);
                    faults.addAll(wrong(where, result, own.depths().get(0) == 1));
                } catch (RuntimeException e) {
                    faults.add(where + ": " + e + " at " + e.getStackTrace()[0]);
                }
            }
            TheoryResult all = TheoryResult.of("0", List.of(), "2026-01-01T00:00:00Z", settings, results);
            assertThat(TheoryReport.of(all, null, null).sections()).isNotEmpty();
            assertThat(ResultJson.writeCompact(all)).isNotEmpty();
            return new Judged(number, (System.nanoTime() - begin) / 1e9, results, faults);
        }
    }

    private static TheorySettings longer(TheorySettings settings) {
        return new TheorySettings(
                settings.depths(),
                settings.width(),
                settings.lambdas(),
                settings.epsilons(),
                settings.draws(),
                settings.seed(),
                settings.tolerance(),
                DESCENT_STEPS * settings.mostSteps());
    }

    private static boolean proven(String check, String reading, boolean oneLayer) {
        return TRUE.getOrDefault(check, Set.of()).contains(reading)
                || (oneLayer && TRUE_OF_ONE_LAYER.getOrDefault(check, Set.of()).contains(reading));
    }

    private static List<String> wrong(String where, CheckResult result, boolean oneLayer) {
        List<String> faults = new ArrayList<>();
        for (Reading reading : result.readings()) {
            boolean proven = proven(result.id(), reading.claim().id(), oneLayer);
            if (proven && reading.verdict().outcome() == Outcome.VIOLATED) {
                faults.add(where + ": " + reading.claim().id() + " " + Words.describe(result, reading));
            }
            text(where, Words.describe(result, reading), faults);
        }
        text(where, Words.headline(result), faults);
        result.findings().forEach(finding -> text(where, finding, faults));
        return faults;
    }

    private static void text(String where, String sentence, List<String> faults) {
        if (sentence.contains("NaN") || sentence.contains("–") || sentence.contains("Infinity")) {
            faults.add(where + ": " + sentence);
        }
    }

    @Test
    void everyProvenReadingIsNamedAsItIsInItsCheck() {
        for (TheoryCheck check : TheoryCatalog.all()) {
            CheckResult result =
                    check.run(new TheorySettings(List.of(1), 1, List.of(0.9), List.of(0.0), 1, 1, 1e-6, 100));
            assertThat(result.readings().stream().map(reading -> reading.claim().id()))
                    .as(check.id())
                    .containsAll(TRUE.getOrDefault(check.id(), Set.of()));
        }
    }

    @Test
    void theSettingsCoverTheirRanges() {
        Set<Object> depths = new TreeSet<>();
        Set<Object> widths = new TreeSet<>();
        Set<Object> efforts = new TreeSet<>();
        DoubleSummaryStatistics lambdas = new DoubleSummaryStatistics();
        for (long number = 0; number < 200; number++) {
            TheorySettings settings = random(number);
            depths.addAll(settings.depths());
            widths.add(settings.width());
            efforts.add(settings.mostSteps());
            settings.lambdas().forEach(lambdas::accept);
        }
        assertThat(depths).hasSize(8);
        assertThat(widths).hasSize(6);
        assertThat(efforts).hasSize(3);
        assertThat(lambdas.getMin()).isLessThan(1.1e-3);
        assertThat(lambdas.getMax()).isGreaterThan(0.9);
    }

    @Test
    void noneInTwelveRandomSettings() {
        List<String> faults = new ArrayList<>();
        for (long number = 0; number < 12; number++) {
            faults.addAll(Judged.of(number).faults());
        }
        assertThat(faults).isEmpty();
    }

    /** {@code ./mvnw test -pl trainer -am -Dgroups=manual -Dtest=NoFalseAccusationTest}. */
    @Test
    @Tag("manual")
    void noneInTwoHundredRandomSettings() throws Exception {
        assertThat(run(0, 200)).isEmpty();
    }

    /** Settings that no one has looked at while the checks were written. */
    @Test
    @Tag("manual")
    void noneInSixtyOthers() throws Exception {
        assertThat(run(1000, 1060)).isEmpty();
    }

    /** Settings side by side, told in their order, with what was counted so far; every verdict is kept in a table. */
    private static List<String> run(long from, long to) throws Exception {
        Path table = Path.of("target", "random-settings-" + from + ".csv");
        Files.createDirectories(table.getParent());
        ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<String> faults = new ArrayList<>();
        Map<String, Integer> counts = new TreeMap<>();
        Map<String, Integer> readings = new LinkedHashMap<>();
        try (Writer rows = Files.newBufferedWriter(table)) {
            List<Future<Judged>> all = new ArrayList<>();
            for (long number = from; number < to; number++) {
                long own = number;
                all.add(pool.submit(() -> Judged.of(own)));
            }
            rows.write("setting,depth,width,lambda_set,epsilon,tolerance,most_steps,seed,"
                    + String.join(",", VerdictTable.COLUMNS) + "\n");
            for (int i = 0; i < all.size(); i++) {
                Judged judged = all.set(i, null).get();
                faults.addAll(judged.faults());
                write(rows, judged);
                count(counts, judged.results());
                countReadings(readings, judged.results());
                System.err.printf(
                        Locale.ROOT,
                        "%d: %.1f s, %d faults %s%n",
                        judged.number(),
                        judged.seconds(),
                        judged.faults().size(),
                        judged.faults());
                if (i % 20 == 19 || i == all.size() - 1) {
                    System.err.println("after " + (i + 1) + " settings:");
                    counts.forEach((what, times) -> System.err.println("  " + what + ": " + times));
                }
            }
        } finally {
            pool.shutdownNow();
        }
        List<String> lines = new ArrayList<>(List.of("check,part,reading,verdict,settings"));
        readings.forEach((what, times) -> lines.add(what + "," + times));
        Files.write(table.resolveSibling("random-settings-" + from + "-counts.csv"), lines);
        return faults;
    }

    private static void write(Writer rows, Judged judged) throws IOException {
        TheorySettings settings = random(judged.number());
        String set = judged.number() + "," + settings.depths().get(0) + "," + settings.width() + ","
                + settings.lambdas().get(0) + "," + settings.epsilons().get(0) + "," + settings.tolerance() + ","
                + settings.mostSteps() + "," + settings.seed();
        for (CheckResult check : judged.results()) {
            for (Reading reading : check.readings()) {
                rows.write(set + ","
                        + VerdictTable.row(check, reading).stream()
                                .map(cell -> cell.contains(",") ? '"' + cell + '"' : cell)
                                .collect(Collectors.joining(","))
                        + "\n");
            }
        }
        rows.flush();
    }

    private static void countReadings(Map<String, Integer> counts, List<CheckResult> results) {
        for (CheckResult check : results) {
            for (Reading reading : check.readings()) {
                String what = check.id() + "," + Words.part(reading.claim()) + ",\""
                        + reading.claim().id() + "\",\"" + Words.word(reading.verdict()) + "\"";
                counts.merge(what, 1, Integer::sum);
            }
        }
    }

    /** By result, and by what of the paper a reading is. */
    private static void count(Map<String, Integer> counts, List<CheckResult> results) {
        for (CheckResult check : results) {
            counts.merge("as printed, " + check.id() + ", " + Words.word(check.verdict()), 1, Integer::sum);
            for (Reading reading : check.readings()) {
                counts.merge(
                        "readings, " + reading.claim().part() + ", " + Words.word(reading.verdict()), 1, Integer::sum);
            }
        }
    }
}
