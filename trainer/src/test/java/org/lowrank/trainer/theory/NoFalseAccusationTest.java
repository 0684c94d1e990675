package org.lowrank.trainer.theory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.ResultJson;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.Reading;
import org.lowrank.trainer.theory.claim.TheoryCheck;
import org.lowrank.trainer.theory.claim.TheorySettings;
import org.lowrank.trainer.theory.claim.Verdict;
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

    private static TheorySettings random(long number) {
        Random random = new Random(number);
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

    /** What is wrong with the verdicts of these settings; counts the verdicts by their kind. */
    private static List<String> faults(long number, Map<String, Integer> verdicts) {
        TheorySettings settings = random(number);
        List<String> faults = new ArrayList<>();
        List<CheckResult> results = new ArrayList<>();
        for (TheoryCheck check : TheoryCatalog.all()) {
            String where = number + ", " + settings + ", " + check.id();
            try {
                CheckResult result = check.run(settings);
                results.add(result);
                count(verdicts, "results: ", result.verdict());
                for (Reading reading : result.readings()) {
                    count(verdicts, reading.claim().part() + ": ", reading.verdict());
                    boolean proven = TRUE.getOrDefault(check.id(), Set.of())
                            .contains(reading.claim().id());
                    if (proven && reading.verdict().outcome() == Outcome.VIOLATED) {
                        faults.add(where + ": " + reading.claim().id() + " " + Words.describe(result, reading));
                    }
                    text(where, Words.describe(result, reading), faults);
                }
                text(where, Words.headline(result), faults);
                result.findings().forEach(finding -> text(where, finding, faults));
            } catch (RuntimeException e) {
                faults.add(where + ": " + e + " at " + e.getStackTrace()[0]);
            }
        }
        TheoryResult all = TheoryResult.of("0", List.of(), "2026-01-01T00:00:00Z", settings, results);
        assertThat(TheoryReport.of(all, null, null).sections()).isNotEmpty();
        assertThat(ResultJson.writeCompact(all)).isNotEmpty();
        return faults;
    }

    private static void count(Map<String, Integer> verdicts, String what, Verdict verdict) {
        verdicts.merge(what + verdict.outcome() + (Words.vacuous(verdict) ? ", vacuous" : ""), 1, Integer::sum);
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
    void noneInTwelveRandomSettings() {
        List<String> faults = new ArrayList<>();
        for (long number = 0; number < 12; number++) {
            faults.addAll(faults(number, new TreeMap<>()));
        }
        assertThat(faults).isEmpty();
    }

    /** {@code ./mvnw test -pl trainer -am -Dgroups=manual -Dtest=NoFalseAccusationTest}; half an hour of one core. */
    @Test
    @Tag("manual")
    void noneInTwoHundredRandomSettings() {
        assertThat(run(0, 200)).isEmpty();
    }

    static List<String> run(long from, long to) {
        List<String> faults = new ArrayList<>();
        Map<String, Integer> verdicts = new TreeMap<>();
        for (long number = from; number < to; number++) {
            long begin = System.nanoTime();
            List<String> own = faults(number, verdicts);
            faults.addAll(own);
            System.err.printf(
                    Locale.ROOT,
                    "%d: %.1f s, %d faults %s%n",
                    number,
                    (System.nanoTime() - begin) / 1e9,
                    own.size(),
                    own);
        }
        verdicts.forEach((verdict, times) -> System.err.println(verdict + ": " + times));
        return faults;
    }
}
