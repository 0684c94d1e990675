package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.merge.method.TensorParameters;
import org.lowrank.merge.recipe.Recipe;
import org.lowrank.merge.recipe.RecipeException;
import org.lowrank.merge.recipe.RecipeReader;
import org.lowrank.merge.recipe.RecipeText;
import org.lowrank.merge.recipe.TensorPlace;
import org.lowrank.weights.tensor.DType;

/** Recipes: those that mergekit publishes as examples, and what is refused. */
class RecipesTest {
    private static final String TIES = """
            models:
              - model: psmathur/orca_mini_v3_13b
                parameters:
                  density: [1, 0.7, 0.1] # density gradient
                  weight: 1.0
              - model: garage-bAInd/Platypus2-13B
                parameters:
                  density: 0.5
                  weight: [0, 0.3, 0.7, 1] # weight gradient
              - model: WizardLM/WizardMath-13B-V1.0
                parameters:
                  density: 0.33
                  weight:
                    - filter: mlp
                      value: 0.5
                    - value: 0
            merge_method: ties
            base_model: TheBloke/Llama-2-13B-fp16
            parameters:
              normalize: true
              int8_mask: true
            dtype: float16
            """;

    /** mergekit/examples/ties.yml; expected by hand from its evaluate_setting. */
    @Test
    void gradientsAndFiltersAreMergekits() throws RecipeException {
        Recipe recipe = RecipeReader.read(TIES, "ties.yml");
        assertThat(recipe.dtype()).contains(DType.F16);
        TensorParameters middle = recipe.at(place("model.layers.10.mlp.up_proj.weight", 10, 0.25));
        assertThat(middle.densities()).containsExactly(0.85, 0.5, 0.33);
        // 0.25 of 3 steps: three quarters of the way from 0 to 0.3
        assertThat(middle.weights()[1]).isCloseTo(0.225, org.assertj.core.data.Offset.offset(1e-15));
        assertThat(middle.weights()[2]).isEqualTo(0.5);
        TensorParameters last = recipe.at(place("model.layers.40.self_attn.q_proj.weight", 40, 1));
        assertThat(last.densities()).containsExactly(0.1, 0.5, 0.33);
        assertThat(last.weights()).containsExactly(1, 1, 0);
        assertThat(last.normalize()).isTrue();
        TensorParameters outside = recipe.at(place("model.embed_tokens.weight", -1, 0));
        assertThat(outside.densities()[0]).isEqualTo(1);
        assertThat(outside.weights()).containsExactly(1, 0, 0);
    }

    @Test
    void matricesAndLayersAreFiltersToo() throws RecipeException {
        Recipe recipe = RecipeReader.read("""
                merge_method: linear
                models:
                  - model: a
                    parameters:
                      weight:
                        - matrix: Q,K,V
                          layers: 0-3
                          value: 0.25
                        - matrix: M2
                          value: 2
                        - value: 1
                  - model: b
                """, "r.yml");
        assertThat(recipe.at(new TensorPlace("x", 3, 0, Set.of("Q", "K"))).weights()[0])
                .isEqualTo(0.25);
        assertThat(recipe.at(new TensorPlace("x", 4, 0, Set.of("Q"))).weights()[0])
                .isEqualTo(1);
        assertThat(recipe.at(new TensorPlace("x", 4, 0, Set.of("M2"))).weights()[0])
                .isEqualTo(2);
        assertThat(recipe.at(new TensorPlace("x", 1, 0, Set.of())).weights()[0]).isEqualTo(1);
    }

    /** What a recipe asks for beyond what is done is said, never passed over. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "merge_method: passthrough|merge_method: passthrough",
                "merge_method: linear\\nchat_template: chatml|chat_template",
                "merge_method: linear\\nmodules: {}|modules",
                "merge_method: linear\\ntokenizer_source: union|tokenizer_source: union",
                "merge_method: linear\\nparameters: {density: 0.5}|parameters.density",
                "merge_method: ties\\nbase_model: c\\nparameters: {epsilon: 0.1}|parameters.epsilon",
                "merge_method: linear\\ndtype: int8|int8",
                "merge_method: linear\\nparameters: {weight: heavy}|parameters.weight is heavy",
                "merge_method: linear\\nparameters: {weight: .nan}|parameters.weight is NaN",
                "merge_method: task_arithmetic|base model is missing",
                "merge_method: slerp\\nbase_model: c|takes the base model and one other",
            })
    void whatIsNotSupportedIsNamed(String head, String named) {
        String recipe = head.replace("\\n", "\n") + "\nmodels: [{model: a}, {model: b}]\n";
        assertThatThrownBy(() -> RecipeReader.read(recipe, "r.yml"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("r.yml");
    }

    /**
     * The form of slerp recipes on model cards of 2023 and 2024: lists of one number, filters for embeddings and heads, {@code *}. As
     * mergekit reads it: the first case whose filter is in the tensor's name, of a list what lies at the layer's depth.
     */
    @Test
    void slerpCasesOfModelCardsAreReadAsMergekitReadsThem() throws RecipeException {
        Recipe recipe = RecipeReader.read("""
                slices:
                  - sources:
                      - model: org/base
                        layer_range: [0, 32]
                      - model: org/a
                        layer_range: [0, 32]
                merge_method: slerp
                base_model: org/base
                parameters:
                  t:
                    - filter: lm_head
                      value: [0.55]
                    - filter: embed_tokens
                      value: [0.7]
                    - filter: self_attn
                      value: [0.65, 0.35]
                    - filter: "*"
                      value: [0, 1]
                    - value: 0.9 # never reached
                dtype: bfloat16
                """, "r.yml");
        assertThat(recipe.at(place("lm_head.weight", -1, 0)).t()).isEqualTo(0.55);
        assertThat(recipe.at(place("model.embed_tokens.weight", -1, 0)).t()).isEqualTo(0.7);
        assertThat(recipe.at(place("model.layers.0.self_attn.q_proj.weight", 0, 0))
                        .t())
                .isEqualTo(0.65);
        assertThat(recipe.at(place("model.layers.31.self_attn.q_proj.weight", 31, 1))
                        .t())
                .isEqualTo(0.35);
        assertThat(recipe.at(place("model.layers.16.self_attn.q_proj.weight", 16, 0.5))
                        .t())
                .isEqualTo(0.5);
        assertThat(recipe.at(place("model.layers.8.mlp.up_proj.weight", 8, 0.25))
                        .t())
                .isEqualTo(0.25);
        assertThat(recipe.at(place("model.norm.weight", -1, 0)).t()).isZero();
    }

    /** mergekit takes one case without a list too. */
    @Test
    void aCaseOfNoKnownMatrixIsRefused() {
        String text = "merge_method: task_arithmetic\nbase_model: base\nmodels: [{model: a}]\n"
                + "parameters: {weight: [{matrix: 'Q,FOO', value: 0.5}, {value: 1}]}\n";
        assertThatThrownBy(() -> RecipeReader.read(text, "r.yml"))
                .hasMessage("bad recipe: r.yml: parameters.weight is Q,FOO; give matrices of Q,K,V,QKV,O,M1,M2,GATE");
    }

    @Test
    void oneCaseNeedsNoList() throws RecipeException {
        Recipe recipe = RecipeReader.read("""
                merge_method: slerp
                base_model: org/base
                models:
                  - model: org/base
                  - model: org/a
                parameters:
                  t: {filter: "*", value: 0.3}
                """, "r.yml");
        assertThat(recipe.at(place("model.norm.weight", -1, 0)).t()).isEqualTo(0.3);
    }

    /** mergekit knows only value and filter and passes over what else a case says, which then holds for every tensor. */
    @Test
    void whatACaseSaysAndNobodyReadsIsRefusedByItsName() {
        for (String key : List.of("pattern", "name", "regex")) {
            String recipe =
                    "merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - model: b\nparameters:\n  t:\n    - "
                            + key + ": self_attn\n      value: 0.3\n    - value: 0.5\n";
            assertThatThrownBy(() -> RecipeReader.read(recipe, "r.yml"))
                    .isInstanceOf(RecipeException.class)
                    .hasMessage("not supported: r.yml: parameters.t." + key
                            + "; supported are value, filter, matrix, layers");
        }
        String slerpedEmbedding =
                "merge_method: slerp\nbase_model: a\nmodels:\n  - model: a\n  - model: b\nparameters:\n"
                        + "  t: 0.5\n  embed_slerp: true\n";
        assertThatThrownBy(() -> RecipeReader.read(slerpedEmbedding, "r.yml"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("embed_slerp");
    }

    @Test
    void slicesThatRestackLayersAreRefused() {
        // mergekit/examples/orcamini-platy-44layer.yml with a method that is there
        String recipe = """
                slices:
                  - sources:
                    - model: a
                      layer_range: [0, 24]
                  - sources:
                    - model: b
                      layer_range: [20, 40]
                merge_method: linear
                """;
        assertThatThrownBy(() -> RecipeReader.read(recipe, "r.yml"))
                .hasMessage("not supported: r.yml: slices: 2 of them; one slice of whole models is read, layers are not"
                        + " restacked");
    }

    @Test
    void bombsAreRefused() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(String.join(", ", java.util.Collections.nCopies(10, "*a" + (i - 1))))
                    .append("]\n");
        }
        assertThatThrownBy(() -> RecipeReader.read(bomb.toString(), "bomb.yml")).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> RecipeReader.read("[".repeat(100_000), "deep.yml"))
                .isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> RecipeReader.read("a: ".repeat(1) + "x".repeat(2 << 20), "long.yml"))
                .hasMessageStartingWith("recipe too long");
        assertThatThrownBy(() -> RecipeReader.read("merge_method: linear\nmerge_method: sum\n", "twice.yml"))
                .hasMessageContaining("twice.yml")
                .hasMessageContaining("merge_method");
        assertThatThrownBy(() -> RecipeReader.read("&a [*a]", "loop.yml")).isInstanceOf(RecipeException.class);
        assertThatThrownBy(() -> RecipeReader.read("", "empty.yml")).hasMessageStartingWith("recipe is empty");
    }

    @Test
    void optionsAreARecipe() throws RecipeException {
        String text = new RecipeText("ties")
                .base("org/base")
                .models(List.of("org/a", "x: {hostile}"))
                .perModel("weight", List.of("0.5", "0.25"))
                .perModel("density", List.of("0.2"))
                .dtype("bfloat16")
                .toString();
        Recipe recipe = RecipeReader.read(text, "the command line");
        assertThat(recipe.models()).extracting(Recipe.Part::model).containsExactly("org/a", "x: {hostile}");
        TensorParameters parameters = recipe.at(place("x", 0, 0));
        assertThat(parameters.weights()).containsExactly(0.5, 0.25);
        assertThat(parameters.densities()).containsExactly(0.2, 0.2);
        assertThatThrownBy(() ->
                        new RecipeText("ties").models(List.of("a", "b", "c")).perModel("weight", List.of("1", "2")))
                .hasMessage("--weight: 1,2: 2 values for 3 models; give one each, or one for all");
    }

    /** Were they one entry, a merge of a model with itself would be "too few models". */
    @Test
    void modelNamedTwiceInOptionsIsNamed() {
        assertThatThrownBy(() -> new RecipeText("linear").models(List.of("org/a", "org/a")))
                .isInstanceOf(RecipeException.class)
                .hasMessage("one model twice: the command line: org/a; list it once, with another weight");
    }

    private static TensorPlace place(String name, int layer, double depth) {
        return new TensorPlace(name, layer, depth, Set.of());
    }
}
