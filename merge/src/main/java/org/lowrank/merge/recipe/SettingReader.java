package org.lowrank.merge.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.layer.LayerSelection;
import org.lowrank.merge.method.MergeMethod.Parameter;
import org.lowrank.merge.method.TensorParameters;

/** Reads one parameter: a number, a list of numbers over the layers, or cases. */
final class SettingReader {
    private final String where;
    private final String path;
    private final Parameter parameter;

    SettingReader(String where, String path, Parameter parameter) {
        this.where = where;
        this.path = path;
        this.parameter = parameter;
    }

    Setting read(@Nullable Object node) throws RecipeException {
        if (node instanceof List<?> list && !list.isEmpty()) {
            return list.get(0) instanceof Map ? cases(list) : gradient(list);
        }
        return node instanceof Map<?, ?> one
                ? new Setting.Cases(List.of(oneCase(one)))
                : new Setting.Constant(number(node));
    }

    private Setting gradient(List<?> list) throws RecipeException {
        List<Double> values = new ArrayList<>();
        for (Object value : list) {
            values.add(number(value));
        }
        return new Setting.Gradient(values);
    }

    private Setting cases(List<?> list) throws RecipeException {
        List<Setting.Case> cases = new ArrayList<>();
        for (Object node : list) {
            if (!(node instanceof Map<?, ?> one)) {
                throw wrong(node, "cases with a value each, or numbers only");
            }
            cases.add(oneCase(one));
        }
        return new Setting.Cases(cases);
    }

    private Setting.Case oneCase(Map<?, ?> node) throws RecipeException {
        for (Object key : node.keySet()) {
            if (!Set.of("value", "filter", "matrix", "layers").contains(String.valueOf(key))) {
                throw new RecipeException("not supported: " + where + ": " + path + "." + key
                        + "; supported are value, filter, matrix, layers");
            }
        }
        if (node.get("value") instanceof Map || !node.containsKey("value")) {
            throw wrong(node, "a value in each case");
        }
        Object filter = node.get("filter");
        return new Setting.Case(
                read(node.get("value")),
                filter == null ? Optional.empty() : Optional.of(String.valueOf(filter)),
                matrices(node.get("matrix")),
                layers(node.get("layers")));
    }

    private Set<String> matrices(@Nullable Object node) throws RecipeException {
        if (node == null) {
            return Set.of();
        }
        Set<String> kinds = Set.copyOf(List.of(String.valueOf(node).strip().split("\\s*,\\s*")));
        if (!kinds.stream().allMatch(kind -> LayerSelection.KINDS.contains(kind.replaceFirst("^cross:", "")))) {
            throw wrong(node, "matrices of " + String.join(",", LayerSelection.KINDS));
        }
        return kinds;
    }

    private List<Integer> layers(@Nullable Object node) throws RecipeException {
        if (node == null) {
            return List.of();
        }
        String[] ends = String.valueOf(node).strip().split("\\s*-\\s*");
        if (ends.length > 2 || !ends[0].matches("\\d{1,6}") || !ends[ends.length - 1].matches("\\d{1,6}")) {
            throw wrong(node, "layers as 3 or 0-5");
        }
        return List.of(Integer.valueOf(ends[0]), Integer.valueOf(ends[ends.length - 1]));
    }

    private double number(@Nullable Object node) throws RecipeException {
        if (parameter == Parameter.CONSENSUS_METHOD) {
            return choice(node, TensorParameters.Consensus.values());
        }
        if (parameter == Parameter.RESCALE && node instanceof String) {
            return choice(node, TensorParameters.Rescale.values());
        }
        if (node instanceof Boolean flag) {
            if (parameter == Parameter.RESCALE) {
                return (flag ? TensorParameters.Rescale.L1 : TensorParameters.Rescale.NONE).ordinal();
            }
            if (parameter == Parameter.NORMALIZE) {
                return flag ? 1 : 0;
            }
        }
        boolean flagged = parameter == Parameter.RESCALE || parameter == Parameter.NORMALIZE;
        if (node instanceof Number number && Double.isFinite(number.doubleValue()) && !flagged) {
            return number.doubleValue();
        }
        if (node instanceof Number number && flagged && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
            return number.doubleValue();
        }
        throw wrong(node, flagged ? "true or false" : "a number");
    }

    private double choice(@Nullable Object node, Enum<?>[] choices) throws RecipeException {
        for (Enum<?> choice : choices) {
            if (choice.name().toLowerCase(Locale.ROOT).equals(node)) {
                return choice.ordinal();
            }
        }
        throw wrong(
                node,
                "one of "
                        + String.join(
                                ", ",
                                java.util.Arrays.stream(choices)
                                        .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                                        .toList()));
    }

    private RecipeException wrong(@Nullable Object node, String wanted) {
        return new RecipeException("bad recipe: " + where + ": " + path + " is " + node + "; give " + wanted);
    }
}
