package org.lowrank.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** A command line fit for a report: without the access token. */
final class Redaction {
    private Redaction() {}

    static List<String> of(CommandSpec command) {
        var parsed = command.root().commandLine().getParseResult();
        return of(parsed == null ? List.of() : parsed.originalArgs());
    }

    static List<String> of(List<String> arguments) {
        List<String> line = new ArrayList<>(List.of("lowrank"));
        boolean secret = false;
        for (String argument : arguments) {
            if (secret) {
                line.add("***");
            } else if (argument.startsWith("--token=")) {
                line.add("--token=***");
            } else {
                line.add(argument);
            }
            secret = !secret && argument.equals("--token");
        }
        return line;
    }
}
