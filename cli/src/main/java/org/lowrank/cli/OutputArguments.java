package org.lowrank.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.ResultFiles;
import org.lowrank.reports.ResultFormat;
import picocli.CommandLine.Option;

/** Where results go and in which formats. */
final class OutputArguments {
    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            description = "Directory for the results (default: lowrank-results/ and the model's or experiment's name).")
    @Nullable
    String out;

    @Option(
            names = "--format",
            paramLabel = "LIST",
            defaultValue = "html,csv,json",
            description = "Formats to write, of html,csv,json,svg,png,card (default ${DEFAULT-VALUE}).")
    String format = "html,csv,json";

    Set<ResultFormat> formats() throws UsageException {
        Set<ResultFormat> formats = EnumSet.noneOf(ResultFormat.class);
        for (String name : MeasureArguments.list(format)) {
            try {
                formats.add(ResultFormat.valueOf(name.strip().toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                List<String> known = Arrays.stream(ResultFormat.values())
                        .map(one -> one.name().toLowerCase(Locale.ROOT))
                        .toList();
                throw new UsageException("--format: '" + name + "': unknown format; choose from "
                        + String.join(",", known) + Suggestion.of(name.strip(), known));
            }
        }
        return formats;
    }

    /** Prints where the files are, one path a line; on a terminal they can be clicked. */
    static void print(List<Path> written) {
        Terminal terminal = Terminal.stdout();
        written.forEach(path -> System.out.println(terminal.link(path)));
    }

    /** Whether a directory was asked for. */
    boolean isGiven() {
        return out != null;
    }

    /** The directory asked for, else one named after the models or experiment. */
    Path directory(List<String> names) throws UsageException {
        try {
            return out != null ? Path.of(out) : Path.of("lowrank-results", directoryName(names));
        } catch (InvalidPathException e) {
            throw new UsageException("--out: " + out + ": not a path on this system; choose another name");
        }
    }

    /** {@code org/name} becomes {@code org--name}, as in the Hugging Face cache; several are joined with '+'. */
    static String directoryName(List<String> names) {
        String joined = ResultFiles.fileName(String.join("+", names));
        return joined.length() <= 120 ? joined : joined.substring(0, 100) + "+" + names.size() + "-models";
    }
}
