package org.lowrank.merge.recipe;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lowrank.merge.method.MergeMethod;
import org.lowrank.merge.method.MergeMethod.Parameter;
import org.lowrank.merge.method.MergeMethods;
import org.lowrank.weights.tensor.DType;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads recipes in mergekit's keys: merge_method, base_model, models, slices (one, of whole models), parameters, dtype,
 * out_dtype, tokenizer_source. Whatever else a recipe asks for is refused by its name: a key passed over in silence would be
 * another merge than the one written down.
 */
public final class RecipeReader {
    private static final int LONGEST = 1 << 20;
    private static final int MOST_ALIASES = 50;
    private static final int DEEPEST = 20;

    private static final Set<String> KEYS = Set.of(
            "merge_method",
            "base_model",
            "models",
            "slices",
            "parameters",
            "dtype",
            "out_dtype",
            "tokenizer_source",
            "tokenizer");

    private final String where;

    private RecipeReader(String where) {
        this.where = where;
    }

    /**
     * Reads a recipe.
     *
     * @param text YAML
     * @param where the file's name, for messages
     */
    public static Recipe read(String text, String where) throws RecipeException {
        if (text.length() > LONGEST) {
            throw new RecipeException("recipe too long: " + where + ": " + text.length() + " characters, at most "
                    + LONGEST + "; shorten it");
        }
        return new RecipeReader(where).recipe(text);
    }

    private Recipe recipe(String text) throws RecipeException {
        Map<?, ?> root = map(parse(text), "the recipe");
        for (Object key : root.keySet()) {
            if (!KEYS.contains(String.valueOf(key))) {
                throw unsupported(String.valueOf(key), "supported are " + String.join(", ", sorted(KEYS)));
            }
        }
        String name = text(root.get("merge_method"), "merge_method");
        MergeMethod method = MergeMethods.named(name)
                .orElseThrow(() -> unsupported("merge_method: " + name, "supported are " + MergeMethods.names()));
        Optional<String> base = optionalText(root.get("base_model"), "base_model");
        if (root.containsKey("models") == root.containsKey("slices")) {
            throw new RecipeException(
                    "models are missing: " + where + ": give either models or slices, not both; see the documentation");
        }
        Map<Parameter, Setting> parameters = parameters(root.get("parameters"), "parameters", method);
        List<Recipe.Part> models;
        if (root.containsKey("models")) {
            models = parts(list(root.get("models"), "models"), "models", method, false);
        } else {
            models = slice(root, method, parameters);
        }
        checkTokenizer(root, base);
        Recipe recipe = new Recipe(method, base, models, parameters, dtype(root), text.strip());
        RecipeCheck.check(recipe, where);
        return recipe;
    }

    private Object parse(String text) throws RecipeException {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(where)
                .setAllowDuplicateKeys(false)
                .setAllowRecursiveKeys(false)
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setCodePointLimit(LONGEST)
                .build();
        try {
            Object root = new Load(settings).loadFromString(text);
            if (root == null) {
                throw new RecipeException("recipe is empty: " + where + "; see the documentation for an example");
            }
            checkDepth(root, 0);
            return root;
        } catch (YamlEngineException | StackOverflowError e) {
            throw new RecipeException("bad YAML: " + where + ": "
                    + (e instanceof StackOverflowError ? "nested too deeply" : String.valueOf(e.getMessage()))
                    + "; mend it");
        }
    }

    private void checkDepth(Object node, int depth) throws RecipeException {
        if (depth > DEEPEST) {
            throw new RecipeException("bad YAML: " + where + ": nested more than " + DEEPEST + " deep; mend it");
        }
        Iterable<?> children =
                node instanceof Map<?, ?> map ? map.values() : node instanceof List<?> list ? list : List.of();
        for (Object child : children) {
            if (child != null) {
                checkDepth(child, depth + 1);
            }
        }
    }

    /** One slice of whole models is the same as models; its own parameters go before the recipe's. */
    private List<Recipe.Part> slice(Map<?, ?> root, MergeMethod method, Map<Parameter, Setting> parameters)
            throws RecipeException {
        List<?> slices = list(root.get("slices"), "slices");
        if (slices.size() != 1) {
            throw unsupported(
                    "slices: " + slices.size() + " of them",
                    "one slice of whole models is read, layers are not restacked");
        }
        Map<?, ?> slice = map(slices.get(0), "slices[0]");
        for (Object key : slice.keySet()) {
            if (!Set.of("sources", "parameters").contains(String.valueOf(key))) {
                throw unsupported("slices[0]." + key, "supported are sources, parameters");
            }
        }
        parameters.putAll(parameters(slice.get("parameters"), "slices[0].parameters", method));
        return parts(list(slice.get("sources"), "slices[0].sources"), "slices[0].sources", method, true);
    }

    private List<Recipe.Part> parts(List<?> nodes, String path, MergeMethod method, boolean ranges)
            throws RecipeException {
        List<Recipe.Part> parts = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            String at = path + "[" + i + "]";
            Map<?, ?> node = map(nodes.get(i), at);
            for (Object key : node.keySet()) {
                boolean known =
                        key.equals("model") || key.equals("parameters") || (ranges && key.equals("layer_range"));
                if (!known) {
                    throw unsupported(
                            at + "." + key, "supported are model, parameters" + (ranges ? ", layer_range" : ""));
                }
            }
            Optional<Recipe.LayerRange> range =
                    ranges ? Optional.of(range(node.get("layer_range"), at + ".layer_range")) : Optional.empty();
            parts.add(new Recipe.Part(
                    text(node.get("model"), at + ".model"),
                    parameters(node.get("parameters"), at + ".parameters", method),
                    range));
        }
        return parts;
    }

    private Recipe.LayerRange range(@Nullable Object node, String path) throws RecipeException {
        List<?> ends = list(node, path);
        if (ends.size() == 2
                && ends.get(0) instanceof Integer from
                && ends.get(1) instanceof Integer to
                && 0 <= from
                && from < to) {
            return new Recipe.LayerRange(from, to);
        }
        throw wrong(path, node, "two whole numbers, the first layer and the one after the last");
    }

    private Map<Parameter, Setting> parameters(@Nullable Object node, String path, MergeMethod method)
            throws RecipeException {
        Map<Parameter, Setting> parameters = new EnumMap<>(Parameter.class);
        if (node == null) {
            return parameters;
        }
        for (Map.Entry<?, ?> entry : map(node, path).entrySet()) {
            String key = String.valueOf(entry.getKey());
            if (key.equals("int8_mask") && entry.getValue() instanceof Boolean) {
                continue; // how mergekit stores a mask: it changes no result
            }
            Parameter parameter = method.parameters().stream()
                    .filter(known -> known.key().equals(key))
                    .findFirst()
                    .orElseThrow(() -> unsupported(
                            path + "." + key,
                            method.name() + " reads "
                                    + String.join(
                                            ", ",
                                            sorted(method.parameters().stream()
                                                    .map(Parameter::key)
                                                    .collect(java.util.stream.Collectors.toSet())))));
            parameters.put(parameter, new SettingReader(where, path + "." + key, parameter).read(entry.getValue()));
        }
        return parameters;
    }

    private void checkTokenizer(Map<?, ?> root, Optional<String> base) throws RecipeException {
        Object source = root.get("tokenizer_source");
        String path = "tokenizer_source";
        if (root.get("tokenizer") instanceof Map<?, ?> tokenizer) {
            if (!tokenizer.keySet().equals(Set.of("source"))) {
                throw unsupported("tokenizer: " + tokenizer.keySet(), "supported is source: base");
            }
            source = tokenizer.get("source");
            path = "tokenizer.source";
        }
        boolean ofBase = source == null || source.equals("base") || (base.isPresent() && source.equals(base.get()));
        if (!ofBase) {
            throw unsupported(path + ": " + source, "supported is base: the result has the base model's tokenizer");
        }
    }

    /** out_dtype is that of the result; dtype, in which mergekit computes, is too where there is no out_dtype. */
    private Optional<DType> dtype(Map<?, ?> root) throws RecipeException {
        Optional<String> name = optionalText(root.get("out_dtype"), "out_dtype");
        if (name.isEmpty()) {
            name = optionalText(root.get("dtype"), "dtype");
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(dtype(name.get(), "dtype"));
    }

    /** The type of that name, as in mergekit, PyTorch or safetensors. */
    private DType dtype(String name, String path) throws RecipeException {
        return switch (name.replaceFirst("^torch\\.", "").toLowerCase(java.util.Locale.ROOT)) {
            case "float64", "f64", "double" -> DType.F64;
            case "float32", "f32", "float" -> DType.F32;
            case "float16", "f16", "fp16", "half" -> DType.F16;
            case "bfloat16", "bf16" -> DType.BF16;
            default ->
                throw new RecipeException("unsupported dtype: " + where + ": " + path + " is " + name
                        + "; choose float64, float32, float16 or bfloat16");
        };
    }

    private Map<?, ?> map(@Nullable Object node, String path) throws RecipeException {
        if (node instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong(path, node, "keys and values");
    }

    private List<?> list(@Nullable Object node, String path) throws RecipeException {
        if (node instanceof List<?> list && !list.isEmpty()) {
            return list;
        }
        throw wrong(path, node, "a list");
    }

    private String text(@Nullable Object node, String path) throws RecipeException {
        if (node instanceof String text && !text.isBlank()) {
            return text.strip();
        }
        throw wrong(path, node, "text");
    }

    private Optional<String> optionalText(@Nullable Object node, String path) throws RecipeException {
        return node == null ? Optional.empty() : Optional.of(text(node, path));
    }

    private RecipeException wrong(String path, @Nullable Object node, String wanted) {
        return new RecipeException("bad recipe: " + where + ": " + path + (node == null ? " is missing" : " is " + node)
                + "; give " + wanted);
    }

    private RecipeException unsupported(String what, String supported) {
        return new RecipeException("not supported: " + where + ": " + what + "; " + supported);
    }

    private static List<String> sorted(Set<String> names) {
        return names.stream().sorted().toList();
    }
}
