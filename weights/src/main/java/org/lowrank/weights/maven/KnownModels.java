package org.lowrank.weights.maven;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.files.ModelNotFoundException;

/** Models of the Hub whose weights are also published as Maven artifacts (known-models.json). */
public final class KnownModels {
    private KnownModels() {}

    /** Name on the Hub to coordinates, in the order of the file. */
    public static Map<String, MavenCoordinates> all() {
        try (InputStream json = KnownModels.class.getResourceAsStream("known-models.json")) {
            Map<String, MavenCoordinates> models = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> model :
                    new ObjectMapper().readTree(json).properties()) {
                models.put(
                        model.getKey(), MavenCoordinates.parse(model.getValue().asText()));
            }
            return Collections.unmodifiableMap(models);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ModelNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The copy of a model: by its name, or by the name without owner that the Hub still redirects (bert-base-uncased). */
    public static Optional<MavenCoordinates> copyOf(String name) {
        String asked = name.toLowerCase(Locale.ROOT);
        return all().entrySet().stream()
                .filter(model -> {
                    String known = model.getKey().toLowerCase(Locale.ROOT);
                    return known.equals(asked) || (asked.equals("bert-base-uncased") && known.endsWith("/" + asked));
                })
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
