package org.lowrank.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Spec;

/** {@code lowrank}: alone it shows its help. */
@Command(
        name = "lowrank",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        description = "What training does to weight matrices: stable ranks and norms of pretrained transformers, "
                + "and the experiments and theorems of the low-rank bias paper.",
        subcommands = {
            AnalyzeCommand.class,
            CompareCommand.class,
            ExtractCommand.class,
            ExperimentCommand.class,
            TheoryCommand.class,
            MergeCommand.class,
            RunCommand.class,
            TraceCommand.class,
            OverlapCommand.class,
            ReportCommand.class,
            InspectCommand.class,
            CheckCommand.class,
            ModelsCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            Help.class
        },
        footer = {
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 model not found or not readable, 4 weights malformed or of an unknown "
                    + "kind, 5 results cannot be written, 130 interrupted, 1 anything else.",
            "",
            "Example: lowrank analyze google-bert/bert-base-uncased"
        })
final class LowrankCommand implements Runnable {
    @Spec
    CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine.Model.CommandSpec command = java.util.Objects.requireNonNull(spec);
        command.commandLine().usage(command.commandLine().getOut());
    }
}
