package org.lowrank.merge.recipe;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A recipe as YAML from its parts, for those who give options instead of a file. */
public final class RecipeText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String method;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> models = new LinkedHashMap<>();
    private Optional<String> base = Optional.empty();
    private Optional<String> dtype = Optional.empty();

    /** Starts with the method. */
    public RecipeText(String method) {
        this.method = method;
    }

    /** The base model. */
    public RecipeText base(String reference) {
        base = Optional.of(reference);
        return this;
    }

    /** The result's dtype. */
    public RecipeText dtype(String name) {
        dtype = Optional.of(name);
        return this;
    }

    /** A parameter of the whole recipe, its value as YAML. */
    public RecipeText parameter(String key, String value) {
        parameters.put(key, value);
        return this;
    }

    /**
     * The models, each with its own values of a parameter where those are given.
     *
     * @throws RecipeException if one is named twice, as in a recipe
     */
    public RecipeText models(List<String> references) throws RecipeException {
        for (String reference : references) {
            if (models.put(reference, new LinkedHashMap<>()) != null) {
                throw RecipeCheck.twice("the command line", reference);
            }
        }
        return this;
    }

    /**
     * One value per model, or one for all.
     *
     * @throws RecipeException if there are neither one nor as many as models
     */
    public RecipeText perModel(String key, List<String> values) throws RecipeException {
        if (values.size() == 1) {
            return parameter(key, values.get(0));
        }
        if (values.size() != models.size()) {
            throw new RecipeException("--" + key + ": " + String.join(",", values) + ": " + values.size()
                    + " values for " + models.size() + " models; give one each, or one for all");
        }
        int at = 0;
        for (Map<String, String> own : models.values()) {
            own.put(key, values.get(at++));
        }
        return this;
    }

    /** The YAML. */
    @Override
    public String toString() {
        StringBuilder yaml =
                new StringBuilder("merge_method: ").append(quoted(method)).append('\n');
        base.ifPresent(name -> yaml.append("base_model: ").append(quoted(name)).append('\n'));
        yaml.append("models:\n");
        models.forEach((reference, own) -> {
            yaml.append("  - model: ").append(quoted(reference)).append('\n');
            if (!own.isEmpty()) {
                yaml.append("    parameters:\n");
                own.forEach((key, value) -> yaml.append("      ")
                        .append(key)
                        .append(": ")
                        .append(value)
                        .append('\n'));
            }
        });
        if (!parameters.isEmpty()) {
            yaml.append("parameters:\n");
            parameters.forEach((key, value) ->
                    yaml.append("  ").append(key).append(": ").append(value).append('\n'));
        }
        dtype.ifPresent(name -> yaml.append("dtype: ").append(quoted(name)).append('\n'));
        return yaml.toString();
    }

    /** Plain where nothing in it is YAML's, else a JSON string, which is a YAML string. */
    private static String quoted(String text) {
        if (text.matches("[A-Za-z_./][A-Za-z0-9_./@-]*") && !text.matches("(?i)true|false|null|yes|no|on|off|~")) {
            return text;
        }
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
