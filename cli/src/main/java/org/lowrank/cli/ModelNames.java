package org.lowrank.cli;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the models of one command are called, so that rows, findings and warnings of one are never taken for another's: by their
 * short names, and where these are the same by as much more as tells them apart, {@code base/model} and {@code tuned/model}, or {@code
 * org/name@step1000} and {@code org/name@step2000}.
 */
final class ModelNames {
    private static final String MAVEN = "maven:";

    private final Map<String, String> longer = new HashMap<>();

    private ModelNames() {}

    /** The names of models that were told apart by {@link #distinct}. */
    static ModelNames of(List<String> references) {
        Map<String, List<String>> sameName = new LinkedHashMap<>();
        for (String reference : references) {
            sameName.computeIfAbsent(shortName(reference), name -> new ArrayList<>())
                    .add(reference);
        }
        ModelNames names = new ModelNames();
        for (List<String> clashing : sameName.values()) {
            if (clashing.size() > 1) {
                names.lengthen(clashing);
            }
        }
        return names;
    }

    /** Without references to what was named before: the same text, or another spelling of the same path. */
    static List<String> distinct(List<String> references) {
        Map<String, String> first = new LinkedHashMap<>();
        for (String reference : references) {
            first.putIfAbsent(existing(reference).map(Path::toString).orElse(reference), reference);
        }
        return List.copyOf(first.values());
    }

    /** The name to report, where the model's own would not do. */
    Optional<String> longer(String reference) {
        return Optional.ofNullable(longer.get(reference));
    }

    /** The name of a model in the name of a directory. */
    String of(String reference) {
        return longer(reference).orElseGet(() -> shortName(reference));
    }

    /** Whether a name is neither that of a path nor of a Maven artifact. */
    static boolean isOnHub(String reference) {
        return !reference.startsWith(MAVEN) && existing(reference).isEmpty();
    }

    private void lengthen(List<String> references) {
        for (int segments = 2; ; segments++) {
            Set<String> names = new LinkedHashSet<>();
            boolean more = false;
            for (String reference : references) {
                Optional<Path> path = existing(reference);
                String name = path.isPresent() ? lastSegments(path.get(), segments) : withoutPrefix(reference);
                more |= path.isPresent() && path.get().getNameCount() > segments;
                names.add(name);
                longer.put(reference, name);
            }
            if (names.size() == references.size() || !more) {
                return;
            }
        }
    }

    private static String lastSegments(Path path, int count) {
        int names = path.getNameCount();
        return path.subpath(Math.max(0, names - count), names).toString().replace('\\', '/');
    }

    private static String withoutPrefix(String reference) {
        return reference.startsWith(MAVEN) ? reference.substring(MAVEN.length()) : reference;
    }

    /** A reference's last path segment, artifact, or name without revision. */
    private static String shortName(String reference) {
        if (reference.startsWith(MAVEN)) {
            String[] parts = reference.split(":");
            return parts.length > 2 ? parts[2] : reference;
        }
        Optional<Path> path = existing(reference);
        if (path.isPresent()) {
            Path name = path.get().getFileName();
            return name == null ? "model" : name.toString();
        }
        return reference.replaceFirst("@.*$", "");
    }

    private static Optional<Path> existing(String reference) {
        try {
            Path path = Path.of(reference);
            return !reference.isBlank() && Files.exists(path)
                    ? Optional.of(path.toAbsolutePath().normalize())
                    : Optional.empty();
        } catch (InvalidPathException notAPath) {
            return Optional.empty();
        }
    }
}
