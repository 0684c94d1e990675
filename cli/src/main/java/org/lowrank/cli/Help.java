package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lowrank help [COMMAND...]}: the help of a command at any level. */
@Command(
        name = "help",
        helpCommand = true,
        description = "Show the help of a command, for instance help experiment merging.")
final class Help implements Runnable {
    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command, and the one below it.")
    List<String> path = new ArrayList<>();

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public void run() {
        CommandLine command = Objects.requireNonNull(spec).root().commandLine();
        for (String name : path) {
            CommandLine below = command.getSubcommands().get(name);
            if (below == null) {
                throw new CommandLine.ParameterException(
                        command,
                        "unknown command '" + name + "'"
                                + Suggestion.of(name, command.getSubcommands().keySet()));
            }
            command = below;
        }
        command.usage(command.getOut());
    }
}
