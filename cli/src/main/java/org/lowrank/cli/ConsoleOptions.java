package org.lowrank.cli;

import org.lowrank.machine.text.ForeignText;
import picocli.CommandLine.Option;

/** What is printed besides the result. */
final class ConsoleOptions {
    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the paths written and errors.")
    boolean quiet;

    @Option(names = "--no-progress", description = "No progress on stderr.")
    boolean noProgress;

    @Option(names = "--debug", description = "Show a stack trace with an error.")
    boolean debug;

    /** A line on stderr, unless quiet. */
    void warn(String message) {
        if (!quiet) {
            System.err.println("lowrank: " + ForeignText.line(message));
        }
    }

    /** Progress is drawn only where a person sees it. */
    boolean drawsProgress() {
        return !quiet
                && !noProgress
                && Boolean.getBoolean("lowrank.progress")
                && !isTrue(System.getenv("HF_HUB_DISABLE_PROGRESS_BARS"))
                && !"dumb".equals(System.getenv("TERM"));
    }

    private static boolean isTrue(@org.jspecify.annotations.Nullable String value) {
        return value != null && value.matches("(?i)1|on|yes|true");
    }
}
