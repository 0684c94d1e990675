package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultFormat;
import org.lowrank.reports.UnreadableResultException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lowrank report}: renders saved results again. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description = "Render the report again from saved results, several into one.",
        footer = {"", "Example:", "  lowrank report lowrank-results/bert/result.json --format svg"})
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RESULT.json", arity = "1..*", description = "Saved results, as lowrank wrote them.")
    List<Path> results = new ArrayList<>();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Directory for the report (default: that of the first result).")
    @Nullable
    Path out;

    @Option(
            names = "--format",
            paramLabel = "LIST",
            defaultValue = "html",
            description = "Formats to write, of html,csv,json,svg,png,card (default ${DEFAULT-VALUE}).")
    String format = "html";

    @Mixin
    ConsoleOptions console = new ConsoleOptions();

    @Override
    public Integer call() throws Exception {
        OutputArguments arguments = new OutputArguments();
        arguments.format = format;
        Set<ResultFormat> formats = arguments.formats();
        Path beside = results.get(0).toAbsolutePath().getParent();
        Path place = out != null ? out : java.util.Objects.requireNonNull(beside);
        OutputArguments.print(rendered(place, formats));
        return 0;
    }

    /** Whatever a file can hold that passes for a result and cannot be drawn is the file's fault, and said in one line. */
    private List<Path> rendered(Path place, Set<ResultFormat> formats) throws IOException, UsageException {
        try {
            ResultFiles files = SavedResults.read(results);
            return files.write(OutputDirectory.open(place), formats);
        } catch (RuntimeException e) {
            throw new UnreadableResultException(
                    "not a saved result: " + results.get(0) + ": its values do not fit together; make it again", e);
        }
    }
}
