package org.lowrank.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.lowrank.reports.ResultJson;
import picocli.CommandLine.Option;

/** What is done with a result once its files are written. */
final class EndArguments {
    @Option(names = "--json", description = "Print result.json on stdout instead of the summary and the paths.")
    boolean json;

    @Option(names = "--open", description = "Open the report in a browser when it is written.")
    boolean open;

    /** Prints the result for people before its files are written, unless it is asked for as JSON. */
    boolean printsSummary(ConsoleOptions console) {
        return !console.quiet && !json;
    }

    /** The whole result where it is asked for as JSON, else where its files are; and the report is opened. */
    void finish(Object result, List<Path> written) {
        if (json) {
            System.out.print(ResultJson.write(result));
        } else {
            OutputArguments.print(written);
        }
        written.stream()
                .filter(path -> open && path.getFileName().toString().endsWith(".html"))
                .forEach(EndArguments::open);
    }

    private static void open(Path report) {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String target = report.toAbsolutePath().toString();
        List<String> command = os.contains("win")
                ? List.of("rundll32", "url.dll,FileProtocolHandler", target)
                : List.of(os.contains("mac") ? "open" : "xdg-open", target);
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            System.err.println(
                    "lowrank: warning: --open: there is no " + command.get(0) + " here; open " + target + " yourself");
        }
    }
}
