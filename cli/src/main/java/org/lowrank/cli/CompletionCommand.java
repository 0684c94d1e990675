package org.lowrank.cli;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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
            "zsh:  source <(lowrank completion zsh)",
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
            // The generated script serves bash, and zsh through its bashcompinit, which it loads itself.
            case bash, zsh -> AutoComplete.bash("lowrank", root);
            case fish -> fish(root);
        };
        System.out.print(script);
    }

    private static String fish(CommandLine root) {
        StringBuilder script = new StringBuilder("complete -c lowrank -f -a '(__fish_complete_path)'\n");
        for (Map.Entry<String, CommandLine> entry : root.getSubcommands().entrySet()) {
            CommandSpec command = entry.getValue().getCommandSpec();
            script.append("complete -c lowrank -n __fish_use_subcommand -a ")
                    .append(entry.getKey())
                    .append(" -d ")
                    .append(quoted(command))
                    .append('\n');
            appendOptions(script, entry.getKey(), command);
            entry.getValue().getSubcommands().forEach((name, nested) -> {
                script.append("complete -c lowrank -n '__fish_seen_subcommand_from ")
                        .append(entry.getKey())
                        .append("' -a ")
                        .append(name)
                        .append('\n');
                appendOptions(script, name, nested.getCommandSpec());
            });
        }
        return script.toString();
    }

    private static void appendOptions(StringBuilder script, String command, CommandSpec spec) {
        for (OptionSpec option : spec.options()) {
            script.append("complete -c lowrank -n '__fish_seen_subcommand_from ")
                    .append(command)
                    .append("'");
            for (String name : option.names()) {
                script.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
            }
            script.append(option.arity().max() > 0 ? " -r" : "").append('\n');
        }
    }

    private static String quoted(CommandSpec command) {
        String[] lines = command.usageMessage().description();
        return "'" + (lines.length == 0 ? "" : lines[0].replace("'", "\\'")) + "'";
    }
}
