package org.lowrank.trainer.theory.claim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.trainer.theory.TheoryCatalog;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

/** A wrong factor or sign in a formula turns the verdict: HOLDS becomes VIOLATED, and a bound that fails can be made to hold. */
class MutationTest {
    /** Small runs; unmutated results are shared between rows. */
    private static final TheorySettings SMALL =
            new TheorySettings(List.of(), 0, List.of(), List.of(0.0, 0.1), 1, 1, 1e-9, 1_000_000);

    private static final Map<String, CheckResult> PLAIN = new HashMap<>();

    private static TheorySettings settings(String id) {
        return switch (id) {
            case "lemma-1", "lemma-2", "lemma-3", "lemma-4" -> settings(3, 0.05);
            case "lemma-6" -> settings(2, 0.03);
            case "theorem-2", "theorem-3", "theorem-4", "lemma-8", "section-5", "lemma-5", "corollary-1" ->
                settings(3, 0.1);
            default -> SMALL;
        };
    }

    private static TheorySettings settings(int depth, double lambda) {
        return new TheorySettings(List.of(depth), 0, List.of(lambda), SMALL.epsilons(), 1, 1, 1e-9, 1_000_000);
    }

    private static CheckResult run(String id, Mutation mutation) {
        return ((Check) TheoryCatalog.named(List.of(id)).get(0)).run(settings(id), mutation);
    }

    private static Outcome outcome(CheckResult result, String reading) {
        return result.readings().stream()
                .filter(r -> r.claim().id().equals(reading))
                .findFirst()
                .orElseThrow()
                .verdict()
                .outcome();
    }

    @ParameterizedTest(name = "{0}, {1}: factor {2}, sign {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "lemma-1     | printed                      | 1     | -1",
                "lemma-1     | cosine                       | 1     | -1",
                "lemma-1     | proof, with η                | 0.1   | 1",
                "lemma-2     | printed                      | 1     | -1",
                "lemma-2     | on the way                   | 0.9   | 1",
                "lemma-3     | degree one                    | 1     | -1",
                "lemma-3     | degree one                    | 1.01  | 1",
                "lemma-3     | equal norms                  | 1.01  | 1",
                "lemma-3     | ReLU², with degrees          | 1     | -1",
                "lemma-4     | equation (2)                 | 1     | -1",
                "lemma-4     | equation (2)                 | 8     | 1",
                "lemma-4     | equation (3)                 | 1     | -1",
                "lemma-4     | equation (3), sharper        | 1     | -1",
                "lemma-4     | norm, printed                | 0.1   | 1",
                "lemma-4     | norm, squared                | 0.3   | 1",
                "lemma-4     | proof, product               | 0.001 | 1",
                "section-5   | printed                      | 1     | -1",
                "section-5   | printed                      | 0.99  | 1",
                "section-5   | gap                          | 1     | -1",
                "section-5   | span, −ℓ′                    | 1     | -1",
                "lemma-5     | printed                      | 1     | -1",
                "lemma-5     | printed                      | 0.99  | 1",
                "corollary-1 | printed, gap                 | 0.3   | 1",
                "corollary-1 | printed, bound               | 1     | -1",
                "corollary-1 | loss                         | 0.9   | 1",
                "theorem-1   | end-to-end sum, corrected    | 1     | -1",
                "theorem-1   | separate hidden directions   | 1     | -1",
                "theorem-2   | first layer                  | 1     | -1",
                "theorem-2   | separate neurons             | 1     | -1",
                "theorem-3   | corrected                    | 1     | -1",
                "theorem-3   | B                            | 0.1   | 1",
                "theorem-3   | D                            | 0.3   | 1",
                "theorem-4   | printed                      | 1     | -1",
                "theorem-4   | equation (4), corrected      | -1    | 1",
                "theorem-4   | path of (4), corrected       | -1    | 1",
                "lemma-6     | proof, with w                | 1     | -1",
                "lemma-6     | growth                       | 1     | -1",
                "lemma-7     | summed                       | 1     | -1",
                "lemma-7     | Proposition 2                | 1     | -1",
                "lemma-7     | second, regularised          | 0.5   | 1",
                "lemma-8     | Grönwall, first layer        | 1     | -1",
                "lemma-8     | Grönwall, deeper layers      | 1     | -1",
                "corollary-2 | γ_k not required            | 1     | -1",
            })
    void wrongFormulaIsViolated(String id, String reading, double factor, double sign) {
        assertThat(outcome(PLAIN.computeIfAbsent(id, key -> run(key, Mutation.NONE)), reading))
                .isEqualTo(Outcome.HOLDS);
        assertThat(outcome(run(id, new Mutation(factor, sign)), reading)).isEqualTo(Outcome.VIOLATED);
    }

    @ParameterizedTest(name = "{0}, {1}: factor {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "lemma-1     | proof, printed  | 1000",
                "section-5   | span, printed   | 1e12",
                "theorem-1   | premise ⟨x′_i, x⟩ | 1e40",
                "theorem-1   | end-to-end sum  | 1e40",
                "theorem-1   | one neuron      | 1e300",
                "theorem-2   | at these λ      | 1e8",
                "theorem-2   | one neuron, every λ | 1e8",
                "theorem-3   | printed         | 1e300",
                "theorem-3   | proof's rate    | 1e300",
                "theorem-4   | equation (4)    | 1e9",
                "lemma-6     | printed         | 1000",
                "lemma-6     | along the flow  | 1000",
                "lemma-8     | printed         | 1e300",
                "lemma-8     | one network twice | 1e300",
                "corollary-2 | γ_k required    | 1e4",
                "corollary-2 | one neuron, γ_k of each λ | 1e4",
            },
            quoteCharacter = '"')
    void violatedBoundHoldsOnceItIsLargeEnough(String id, String reading, double factor) {
        assertThat(outcome(PLAIN.computeIfAbsent(id, key -> run(key, Mutation.NONE)), reading))
                .isEqualTo(Outcome.VIOLATED);
        assertThat(outcome(run(id, new Mutation(factor, 1)), reading)).isEqualTo(Outcome.HOLDS);
    }

    @Test
    void everyCheckHasAMutation() throws Exception {
        Set<String> mutated = Stream.of(
                        MutationTest.class.getDeclaredMethod(
                                "wrongFormulaIsViolated", String.class, String.class, double.class, double.class),
                        MutationTest.class.getDeclaredMethod(
                                "violatedBoundHoldsOnceItIsLargeEnough", String.class, String.class, double.class))
                .flatMap(test -> Stream.of(test.getAnnotation(CsvSource.class).value()))
                .map(row -> row.substring(0, row.indexOf('|')).strip())
                .collect(Collectors.toSet());

        assertThat(TheoryCatalog.all()).extracting(TheoryCheck::id).containsExactlyInAnyOrderElementsOf(mutated);
    }

    /** The verdict is a function of the rows of curves.csv. */
    @Test
    void verdictFollowsFromThePoints() {
        CheckResult result = PLAIN.computeIfAbsent("lemma-5", key -> run(key, Mutation.NONE));
        for (Reading reading : result.readings()) {
            assertThat(Judge.reading(reading.claim(), result.points())).isEqualTo(reading);
        }
    }
}
