package org.lowrank.cli;

import java.util.List;
import java.util.Map;
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
        footer = {
            "",
            "Exit codes: 0 done, 2 wrong usage, 3 model not found or not readable, 4 weights malformed or of an unknown "
                    + "kind, 5 results cannot be written, 130 interrupted, 1 anything else.",
            "",
            "Example: lowrank analyze google-bert/bert-base-uncased"
        })
final class LowrankCommand implements Runnable {
    /** The commands by name, in the order of the help. Here rather than in the annotation, so that running one reads no other. */
    static final List<Map.Entry<String, Class<?>>> COMMANDS = List.of(
            Map.entry("analyze", AnalyzeCommand.class),
            Map.entry("compare", CompareCommand.class),
            Map.entry("extract", ExtractCommand.class),
            Map.entry("experiment", ExperimentCommand.class),
            Map.entry("theory", TheoryCommand.class),
            Map.entry("merge", MergeCommand.class),
            Map.entry("run", RunCommand.class),
            Map.entry("trace", TraceCommand.class),
            Map.entry("survey", SurveyCommand.class),
            Map.entry("overlap", OverlapCommand.class),
            Map.entry("report", ReportCommand.class),
            Map.entry("inspect", InspectCommand.class),
            Map.entry("check", CheckCommand.class),
            Map.entry("models", ModelsCommand.class),
            Map.entry("doctor", DoctorCommand.class),
            Map.entry("completion", CompletionCommand.class),
            Map.entry("help", Help.class));

    @Spec
    CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    @Override
    public void run() {
        CommandLine.Model.CommandSpec command = java.util.Objects.requireNonNull(spec);
        command.commandLine().usage(command.commandLine().getOut());
    }
}
