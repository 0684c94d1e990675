package org.lowrank.weights.maven;

import java.util.regex.Pattern;
import org.lowrank.weights.files.ModelNotFoundException;

/**
 * A jar in a Maven repository.
 *
 * @param group groupId
 * @param artifact artifactId
 * @param version a version, no range
 */
public record MavenCoordinates(String group, String artifact, String version) {
    /** What a reference starts with. */
    public static final String PREFIX = "maven:";

    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+-]*");

    /** Reads {@code maven:group:artifact:version}. */
    public static MavenCoordinates parse(String reference) throws ModelNotFoundException {
        String[] parts = reference.startsWith(PREFIX)
                ? reference.substring(PREFIX.length()).split(":", -1)
                : new String[0];
        if (parts.length != 3) {
            throw malformed(reference);
        }
        for (String part : parts) {
            if (!PART.matcher(part).matches() || part.contains("..")) {
                throw malformed(reference);
            }
        }
        return new MavenCoordinates(parts[0], parts[1], parts[2]);
    }

    private static ModelNotFoundException malformed(String reference) {
        return new ModelNotFoundException("malformed model name: " + reference
                + ": Maven coordinates have three parts; write maven:group:artifact:version");
    }

    @Override
    public String toString() {
        return PREFIX + group + ":" + artifact + ":" + version;
    }
}
