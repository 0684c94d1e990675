package org.lowrank.machine.files;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An environment variable that names a file or directory. */
public final class PathVariable {
    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");

    private PathVariable() {}

    /** Its path with {@code ~} and {@code $VARIABLES} replaced; unknown variables stay as they are. Empty where it is not set. */
    public static Optional<Path> of(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(value -> !value.isBlank())
                .map(value -> expanded(environment, value));
    }

    private static Path expanded(Map<String, String> environment, String value) {
        String text = VARIABLE.matcher(value).replaceAll(match -> {
            String variable = match.group(1) == null ? match.group(2) : match.group(1);
            return Matcher.quoteReplacement(environment.getOrDefault(variable, match.group()));
        });
        boolean atHome = text.equals("~") || text.startsWith("~/") || text.startsWith("~\\");
        return atHome
                ? HomeDirectory.of(environment).resolve(text.substring(Math.min(2, text.length())))
                : Path.of(text);
    }
}
