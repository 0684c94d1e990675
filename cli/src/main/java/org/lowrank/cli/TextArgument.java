package org.lowrank.cli;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** A text on the command line: a file, {@code -} for standard input, or the text itself. */
final class TextArgument {
    private TextArgument() {}

    static String read(String argument) throws IOException, UsageException {
        if (argument.equals("-")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Optional<Path> file = file(argument);
        if (file.isPresent()) {
            try {
                return Files.readString(file.get());
            } catch (MalformedInputException e) {
                throw new UsageException("not a text: " + argument + ": it is not UTF-8; convert it");
            }
        }
        if (!argument.contains(" ") && (argument.contains("/") || argument.matches(".*\\.[A-Za-z]{1,4}"))) {
            throw new UsageException("no such file: " + argument + "; give a text file, - or the text itself");
        }
        return argument;
    }

    private static Optional<Path> file(String argument) {
        try {
            Path path = Path.of(argument);
            return Files.isRegularFile(path) ? Optional.of(path) : Optional.empty();
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }
}
