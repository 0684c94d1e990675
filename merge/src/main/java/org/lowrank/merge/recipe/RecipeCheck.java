package org.lowrank.merge.recipe;

import java.util.HashSet;
import java.util.Set;
import org.lowrank.merge.method.MergeMethod;

/** Whether the models named fit the method. */
public final class RecipeCheck {
    private RecipeCheck() {}

    /**
     * Checks numbers of models and the base.
     *
     * @param where the recipe's file, or the command line, for messages
     */
    public static void check(Recipe recipe, String where) throws RecipeException {
        Set<String> seen = new HashSet<>();
        for (Recipe.Part part : recipe.models()) {
            if (!seen.add(part.model())) {
                throw twice(where, part.model());
            }
        }
        MergeMethod method = recipe.method();
        int merged = recipe.merged().size();
        if (method.models() != MergeMethod.Models.WEIGHTS && recipe.base().isEmpty()) {
            throw new RecipeException("base model is missing: " + where + ": " + method.name()
                    + " merges differences from it; name it as base_model, or with --base");
        }
        if (method.models() == MergeMethod.Models.BASE_AND_ONE && merged != 1) {
            throw new RecipeException("wrong number of models: " + where + ": " + method.name()
                    + " takes the base model and one other, not " + merged + "; leave out the rest");
        }
        if (merged < 1 || (merged < 2 && method.models() == MergeMethod.Models.WEIGHTS)) {
            throw new RecipeException(
                    "too few models: " + where + ": " + merged + " for " + method.name() + "; name those to merge");
        }
    }

    static RecipeException twice(String where, String model) {
        return new RecipeException("one model twice: " + where + ": " + model + "; list it once, with another weight");
    }
}
