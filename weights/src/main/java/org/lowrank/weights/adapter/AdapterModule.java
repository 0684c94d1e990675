package org.lowrank.weights.adapter;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.adapter.PartName.Part;
import org.lowrank.weights.adapter.PartName.Style;
import org.lowrank.weights.tensor.Tensor;

/** The tensors of one module that an adapter changes. */
final class AdapterModule {
    private final String name;
    private final Map<Part, Tensor> parts = new EnumMap<>(Part.class);
    private Style style = Style.ANY;

    AdapterModule(String name) {
        this.name = name;
    }

    void add(PartName found, Tensor tensor) {
        parts.put(found.part(), tensor);
        style = found.style() == Style.ANY ? style : found.style();
    }

    String name() {
        return name;
    }

    Map<Part, Tensor> parts() {
        return Collections.unmodifiableMap(parts);
    }

    /** Which program named it so. */
    Style style() {
        return style;
    }

    /** Whether there is a scale and nothing it would scale. */
    boolean onlyAlpha() {
        return parts.keySet().equals(Set.of(Part.ALPHA));
    }

    /** The first of two names of one part that is there. */
    @Nullable
    Tensor first(Part one, Part other) {
        Tensor found = parts.get(one);
        return found == null ? parts.get(other) : found;
    }
}
