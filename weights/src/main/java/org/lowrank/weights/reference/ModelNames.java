package org.lowrank.weights.reference;

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
public final class ModelNames {
    private final Map<ModelReference, String> longer = new HashMap<>();

    private ModelNames() {}

    /** The names of models that were told apart by {@link #distinct}. */
    public static ModelNames of(List<ModelReference> references) {
        Map<String, List<ModelReference>> sameName = new LinkedHashMap<>();
        for (ModelReference reference : references) {
            sameName.computeIfAbsent(reference.shortName(), name -> new ArrayList<>())
                    .add(reference);
        }
        ModelNames names = new ModelNames();
        for (List<ModelReference> clashing : sameName.values()) {
            if (clashing.size() > 1) {
                names.lengthen(clashing);
            }
        }
        return names;
    }

    /** Without references to what was named before: the same text, or another spelling of the same path. */
    public static List<ModelReference> distinct(List<ModelReference> references) {
        Map<String, ModelReference> first = new LinkedHashMap<>();
        for (ModelReference reference : references) {
            String same = reference instanceof ModelReference.Local local
                    ? local.path().toString()
                    : reference.text();
            first.putIfAbsent(same, reference);
        }
        return List.copyOf(first.values());
    }

    /** The name to report, where the model's own would not do. */
    public Optional<String> longer(ModelReference reference) {
        return Optional.ofNullable(longer.get(reference));
    }

    /** The name of a model in the name of a directory. */
    public String of(ModelReference reference) {
        return longer(reference).orElseGet(reference::shortName);
    }

    private void lengthen(List<ModelReference> references) {
        for (int segments = 2; ; segments++) {
            Set<String> names = new LinkedHashSet<>();
            boolean more = false;
            for (ModelReference reference : references) {
                String name = reference.text().replaceFirst("^maven:", "");
                if (reference instanceof ModelReference.Local local) {
                    name = lastSegments(local.path(), segments);
                    more |= local.path().getNameCount() > segments;
                }
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
}
