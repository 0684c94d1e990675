package org.lowrank.analyzer.layer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** The declared architectures, read from {@code architectures.json}. To add one, add an entry there. */
public final class ArchitectureCatalog {
    private static final List<Architecture> ALL = load();

    private ArchitectureCatalog() {}

    /** Every {@code model_type} known, with the title of its architecture, in name order. */
    public static Map<String, String> modelTypes() {
        Map<String, String> types = new TreeMap<>();
        ALL.forEach(architecture -> architecture
                .types()
                .forEach(type -> types.merge(type, architecture.title(), (a, b) -> a.equals(b) ? a : a + "; " + b)));
        return types;
    }

    /** Declarations in the order of the file. */
    static List<Architecture> all() {
        return ALL;
    }

    /** The declarations of these model types. */
    static List<Architecture> of(List<String> types) {
        return ALL.stream()
                .filter(architecture -> architecture.types().stream().anyMatch(types::contains))
                .toList();
    }

    /** Whether a declaration of these types says that its layers have none of the roles of a transformer. */
    static boolean isWithoutRoles(List<String> types) {
        return of(types).stream().anyMatch(architecture -> architecture.roles().isEmpty());
    }

    private static List<Architecture> load() {
        try (InputStream file = Objects.requireNonNull(
                ArchitectureCatalog.class.getResourceAsStream("architectures.json"), "architectures.json")) {
            List<Architecture> all = new ArrayList<>();
            for (JsonNode entry : new ObjectMapper().readTree(file)) {
                all.add(read(entry));
            }
            return List.copyOf(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a resource of this jar
        }
    }

    private static Architecture read(JsonNode entry) {
        Map<String, Role> roles = new LinkedHashMap<>();
        entry.get("roles")
                .properties()
                .forEach(role -> roles.put(
                        role.getKey(), Role.parse(role.getKey(), role.getValue().asText())));
        Set<Architecture.Trait> traits = EnumSet.noneOf(Architecture.Trait.class);
        entry.path("traits")
                .forEach(trait ->
                        traits.add(Architecture.Trait.valueOf(trait.asText().toUpperCase(Locale.ROOT))));
        return new Architecture(
                entry.get("title").asText(),
                strings(entry.get("types")),
                entry.get("stack").asText(),
                strings(entry.get("layers")).stream()
                        .map(path -> List.of(path.split("\\.")))
                        .toList(),
                roles,
                FusedSplit.named(entry.path("split").asText("plain")),
                traits);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(node -> strings.add(node.asText()));
        return strings;
    }
}
