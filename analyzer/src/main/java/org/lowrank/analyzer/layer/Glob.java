package org.lowrank.analyzer.layer;

import java.util.regex.Pattern;

/**
 * A pattern of tensor names as shells have them: {@code *} stands for any characters, {@code ?} for one, all else for
 * itself. It must fit the whole name.
 *
 * @param text as given
 * @param pattern the same as a regular expression
 */
public record Glob(String text, Pattern pattern) {
    /** Reads a pattern; runs of {@code *} are one, so that no name takes long to compare. */
    public static Glob of(String text) {
        StringBuilder expression = new StringBuilder();
        for (String part : text.replaceAll("\\*+", "*").split("(?=[*?])|(?<=[*?])", -1)) {
            expression.append(part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part));
        }
        return new Glob(text, Pattern.compile(expression.toString(), Pattern.DOTALL));
    }

    /** Whether the whole name fits. */
    public boolean matches(String name) {
        return pattern.matcher(name).matches();
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Glob glob && glob.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
