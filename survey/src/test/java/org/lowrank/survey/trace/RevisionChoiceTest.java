package org.lowrank.survey.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which checkpoints, and in which order. */
class RevisionChoiceTest {
    /** Names as public runs have them: Pythia, OLMo, BabyLM, Amber, TinyLlama, trainers. */
    @ParameterizedTest
    @CsvSource({
        "step143000, 143000",
        "stage1-step140000-tokens294B, 140000",
        "step1000-tokens4B, 1000",
        "chck_10M, 10000000",
        "ckpt_358, 358",
        "checkpoint-500, 500",
        "step-50K-105b, 50000",
        "iter_0005000, 5000",
        "tokens-1.5B, 1500000000",
        "20B, 20000000000",
        "v2-epoch3, 3",
        "a1b, 1"
    })
    void theNumberInANameIsItsStep(String name, long step) {
        assertThat(StepNumber.of(name)).hasValue(step);
    }

    @ParameterizedTest
    @ValueSource(strings = {"main", "float", ""})
    void aNameWithoutANumberHasNoStep(String name) {
        assertThat(StepNumber.of(name)).isEmpty();
    }

    private static List<String> chosen(RevisionChoice choice, String... names) {
        return List.copyOf(choice.among(List.of(names), Map.of()).steps().keySet());
    }

    @Test
    void theyAreSortedByNumberNotByName() {
        assertThat(chosen(RevisionChoice.of("step*"), "main", "step10", "step100", "step2", "x-step1"))
                .containsExactly("step2", "step10", "step100");
    }

    @Test
    void listsPatternsAndToldStepsGoTogether() {
        RevisionChoice.Chosen chosen = RevisionChoice.of("step?, main=143000,step512")
                .among(List.of("main", "step1", "step2", "step16"), Map.of());
        assertThat(chosen.steps()).isEqualTo(Map.of("step1", 1L, "step2", 2L, "step512", 512L, "main", 143000L));
    }

    @Test
    void namesWithoutNumberAndSecondNamesOfAStepAreLeftOutAndNamed() {
        RevisionChoice.Chosen chosen =
                RevisionChoice.of("*").among(List.of("main", "step1", "tag-1", "step2"), Map.of());
        assertThat(chosen.steps().keySet()).containsExactly("step1", "step2");
        assertThat(chosen.notes())
                .containsExactly(
                        "no number in the name of main: left out",
                        "two names for step 1: step1 and tag-1: the second is left out");
    }

    @Test
    void everyNthIsKeptAndTheLast() {
        RevisionChoice choice = new RevisionChoice(List.of("s*"), 3, 0);
        assertThat(chosen(choice, "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"))
                .containsExactly("s0", "s3", "s6", "s7");
    }

    /** Nearest to 1, 10, 100, 1000 of 0, 1, 2, 4, …, 1024; step 0 beside. By hand. */
    @Test
    void logSpacedStepsAreEvenOverTheLogarithm() {
        String[] names = LongStream.concat(
                        LongStream.of(0), LongStream.rangeClosed(0, 10).map(k -> 1L << k))
                .mapToObj(step -> "s" + step)
                .toArray(String[]::new);
        assertThat(chosen(new RevisionChoice(List.of("s*"), 1, 5), names))
                .containsExactly("s0", "s1", "s8", "s128", "s1024");
        assertThat(chosen(new RevisionChoice(List.of("s*"), 1, 99), names)).hasSize(12);
    }

    @Test
    void whatIsNoChoiceIsRefusedInOneLine() {
        assertThatThrownBy(() -> new RevisionChoice(List.of(), 0, 0))
                .hasMessage("--every: 0: at least 1, which keeps all");
        assertThatThrownBy(() -> new RevisionChoice(List.of(), 1, 1))
                .hasMessage("--log-spaced: 1: at least 2, the first and the last");
        assertThatThrownBy(() -> new RevisionChoice(List.of(), 2, 5))
                .hasMessage("--every and --log-spaced: both thin out the steps; give only one");
        assertThatThrownBy(() -> RevisionChoice.of("step*=5"))
                .hasMessageStartingWith("--revisions: 'step*=5': a name and its step were expected");
        assertThatThrownBy(() -> RevisionChoice.of("main").among(List.of("main"), Map.of()))
                .hasMessageStartingWith("no step: main: there is no number in its name");
    }
}
