package org.lowrank.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowrank completion}: a completion script for a shell. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a shell completion script.",
        footer = {
            "",
            "bash: source <(lowrank completion bash)",
            "zsh:  source <(lowrank completion zsh), after compinit",
            "fish: lowrank completion fish | source"
        })
final class CompletionCommand implements Runnable {
    /** Shells with completion. */
    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
    @Nullable
    Shell shell;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        CommandLine root = Objects.requireNonNull(spec).root().commandLine();
        String script = switch (Objects.requireNonNull(shell)) {
            case bash -> AutoComplete.bash("lowrank", root) + ShellCompletion.bashModels(root);
            case zsh -> ShellCompletion.zsh(root);
            case fish -> ShellCompletion.fish(root);
        };
        System.out.print(script);
    }
}
