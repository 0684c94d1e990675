package org.lowrank.analyzer.layer;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the stacks of a model are called in results. */
final class StackNames {
    private StackNames() {}

    /** One word per stack, told apart by the end of their prefixes where the words are the same. */
    static Map<LayerStack, String> of(List<LayerStack> stacks) {
        Map<LayerStack, String> names = new LinkedHashMap<>();
        Set<String> taken = new HashSet<>();
        for (LayerStack stack : stacks) {
            String name = stack.name();
            String segment = stack.prefix().substring(stack.prefix().lastIndexOf('.') + 1);
            if (taken.contains(name) && !segment.isEmpty()) {
                name = segment;
            }
            for (int copy = 2; !taken.add(name); copy++) {
                name = stack.name() + copy;
            }
            names.put(stack, name);
        }
        return names;
    }
}
