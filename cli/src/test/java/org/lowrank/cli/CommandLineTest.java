package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.reports.finding.Verdict;

/** How the command looks: help, suggestions, completion, colours. */
class CommandLineTest {
    @Test
    void aloneItShowsItsHelp() {
        Run run = Run.of();
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("Usage: lowrank", "analyze", "Exit codes")
                .isEqualTo(Run.of("--help").out());
    }

    @Test
    void helpIsTheSameAtEveryLevel() {
        assertThat(Run.of("help", "experiment", "merging").out())
                .startsWith("Usage: lowrank experiment merging")
                .isEqualTo(Run.of("experiment", "merging", "--help").out());
        assertThat(Run.of("help").out()).isEqualTo(Run.of("--help").out());
        assertThat(Run.of("help", "experiment").out())
                .isEqualTo(Run.of("experiment", "--help").out());
    }

    @ParameterizedTest
    @CsvSource({
        "anaylze x, did you mean 'analyze'?",
        "compere a b, did you mean 'compare'?",
        "analyze x --tolerence 1e-3, did you mean '--tolerance'?",
        "analyze x --spectrun, did you mean '--spectrum'?",
        "analyze x --format htlm, did you mean 'html'?",
        "experiment merging --preset quik, did you mean 'quick'?",
        "experiment merging --dtype float46, did you mean 'float64'?",
        "help anallyze, did you mean 'analyze'?",
        "help experiment mergin, did you mean 'merging'?"
    })
    void whatWasMeantIsSaid(String arguments, String suggestion) {
        Run run = Run.of(arguments.split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.errLines()).hasSize(1);
        assertThat(run.err()).contains(suggestion);
    }

    @Test
    void nothingIsSuggestedFromAfar() {
        assertThat(Run.of("frobnicate").err()).doesNotContain("did you mean");
        assertThat(Suggestion.distance("ab", "ba")).isEqualTo(1);
        assertThat(Suggestion.distance("kitten", "sitting")).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void completionScriptsAreWellFormed(String shell) throws IOException, InterruptedException {
        String script = Run.of("completion", shell).out();
        assertThat(script).contains("analyze", "--format");
        if (java.nio.file.Files.isExecutable(java.nio.file.Path.of("/bin/" + shell))) {
            Process check = new ProcessBuilder("/bin/" + shell, "-n").start();
            try (var in = check.getOutputStream()) {
                in.write(script.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            assertThat(check.waitFor()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zsh", "fish"})
    void completionKnowsValuesAndDescriptions(String shell) {
        String script = Run.of("completion", shell).out();
        assertThat(script)
                .contains("html csv json svg png card", "Measure again although saved results match.")
                .contains("google-bert/bert-base-uncased")
                .contains("auto cpu gpu")
                .doesNotContainPattern("\\$\\{[A-Z-]+}"); // picocli's variables
    }

    @Test
    void bashCompletesModelsOfTheCache(@org.junit.jupiter.api.io.TempDir java.nio.file.Path cache)
            throws IOException, InterruptedException {
        java.nio.file.Path bash = java.nio.file.Path.of("/bin/bash");
        if (!java.nio.file.Files.isExecutable(bash)) {
            return; // completion for a shell that is not there
        }
        java.nio.file.Files.createDirectories(cache.resolve("models--acme--tiny-bert"));
        java.nio.file.Files.createDirectories(cache.resolve("datasets--acme--words"));
        String script = Run.of("completion", "bash").out()
                + "\nCOMP_WORDS=(lowrank analyze acme)\nCOMP_CWORD=2\n_lowrank_models lowrank acme analyze\n"
                + "printf '%s\\n' \"${COMPREPLY[@]}\"\n";
        ProcessBuilder builder = new ProcessBuilder(bash.toString(), "-s");
        builder.environment().put("HF_HUB_CACHE", cache.toString());
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(script.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(out.lines()).contains("acme/tiny-bert").noneMatch(line -> line.contains("words"));
    }

    @Test
    void modelsThatAreKnownAreSuggested() {
        assertThat(Suggestion.ofModel("model not found: google-bert/bert-base-uncasd: no such path; check the name"))
                .isEqualTo("; did you mean 'google-bert/bert-base-uncased'?");
        assertThat(Suggestion.ofModel("model not found: all-minilm-l6-v3: no such path"))
                .isEqualTo("; did you mean 'sentence-transformers/all-MiniLM-L6-v2'?");
        assertThat(Suggestion.ofModel("model not found: acme/unlike-any: no such path"))
                .isEmpty();
        assertThat(Suggestion.ofModel("gated model: google-bert/bert-base-uncasd: accept its terms"))
                .isEmpty();
    }

    @Test
    void coloursAreForTerminalsAndCanBeRefused() {
        assertThat(Terminal.isColoured(true, Map.of())).isTrue();
        assertThat(Terminal.isColoured(false, Map.of())).isFalse();
        assertThat(Terminal.isColoured(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Terminal.isColoured(true, Map.of("CLICOLOR", "0"))).isFalse();
        assertThat(Terminal.isColoured(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(Terminal.isColoured(false, Map.of("CLICOLOR_FORCE", "1"))).isTrue();
        assertThat(Terminal.isColoured(false, Map.of("CLICOLOR_FORCE", "1", "NO_COLOR", "1")))
                .isFalse();
        assertThat(new Terminal(80, true).coloured(Verdict.HOLDS, "x")).isEqualTo("\u001b[32mx\u001b[0m");
        assertThat(new Terminal(80, false).coloured(Verdict.HOLDS, "x")).isEqualTo("x");
    }

    @Test
    void linesAreAsWideAsTheTerminal() {
        List<String> lines = new Terminal(30, false)
                .wrapped("one two three four five six seven eight nine ten", 6)
                .lines()
                .toList();
        assertThat(lines).hasSizeGreaterThan(1).allSatisfy(line -> {
            assertThat(line).startsWith("      ").hasSizeLessThanOrEqualTo(30);
        });
        assertThat(String.join(" ", lines.stream().map(String::strip).toList()))
                .isEqualTo("one two three four five six seven eight nine ten");
        // 6 + 20 columns would end between 27 and %
        assertThat(new Terminal(28, false).wrapped("furthest below it at 27 %, then 38 %", 6))
                .isEqualTo("      furthest below it at\n      27 %, then 38 %");
    }
}
