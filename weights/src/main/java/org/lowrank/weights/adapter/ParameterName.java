package org.lowrank.weights.adapter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * PEFT's names where parameters and not modules are adapted (target_parameters): the wrapper of each parameter of a module wraps the
 * last one's, so that factors lie in {@code experts} for the last parameter, in {@code experts.base_layer} for the one before it.
 *
 * @param path of the parameter, or of the module where it is not told
 * @param known whether it is one of the settings' parameters
 */
record ParameterName(String path, boolean known) {
    private static final String WRAPPED = ".base_layer";

    static ParameterName of(String module, List<String> targetParameters) {
        String outer = module;
        int depth = 0;
        while (outer.endsWith(WRAPPED)) {
            outer = outer.substring(0, outer.length() - WRAPPED.length());
            depth++;
        }
        List<String> own = new ArrayList<>();
        for (String target : targetParameters) {
            int dot = target.lastIndexOf('.');
            String parent = dot < 0 ? "" : target.substring(0, dot);
            if (parent.isEmpty() || outer.equals(parent) || outer.endsWith("." + parent)) {
                own.add(target.substring(dot + 1));
            }
        }
        // wrapped in the order in which modules declare them: what goes in before what comes out
        own.sort(Comparator.comparing((String name) -> name.startsWith("down")));
        int which = own.size() - 1 - depth;
        return which < 0 || which >= own.size()
                ? new ParameterName(module, !targetParameters.isEmpty() && depth > 0)
                : new ParameterName(outer + "." + own.get(which), true);
    }
}
