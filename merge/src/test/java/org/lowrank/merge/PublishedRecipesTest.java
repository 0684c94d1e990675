package org.lowrank.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lowrank.merge.output.MergeResult;

/** A published recipe of every method that mergekit has too runs from its text; only names and ranges of layers are those of the made models. */
class PublishedRecipesTest {
    @TempDir
    Path directory;

    /** Where each was published, and its text. */
    private enum Published {
        /** mergekit/examples/linear.yml. */
        LINEAR("""
                models:
                  - model: A
                    parameters:
                      weight: 1.0
                  - model: B
                    parameters:
                      weight: 0.3
                  - model: BASE+ADAPTER
                    parameters:
                      weight: 0.5
                merge_method: linear
                dtype: float16
                """),
        /** mergekit/examples/gradient-slerp.yml as it is now. */
        GRADIENT_SLERP("""
                slices:
                  - sources:
                      - model: BASE
                        layer_range: [0, 2]
                      - model: A
                        layer_range: [0, 2]
                merge_method: slerp
                base_model: BASE
                parameters:
                  t:
                    - filter: self_attn
                      value: [0, 0.5, 0.3, 0.7, 1]
                    - filter: mlp
                      value: [1, 0.5, 0.7, 0.3, 0]
                    - value: 0.5 # fallback for rest of tensors
                dtype: float16
                """),
        /** mergekit/examples/ties.yml. */
        TIES("""
                models:
                  - model: A
                    parameters:
                      density: [1, 0.7, 0.1] # density gradient
                      weight: 1.0
                  - model: B
                    parameters:
                      density: 0.5
                      weight: [0, 0.3, 0.7, 1] # weight gradient
                  - model: BASE+ADAPTER
                    parameters:
                      density: 0.33
                      weight:
                        - filter: mlp
                          value: 0.5
                        - value: 0
                merge_method: ties
                base_model: BASE
                parameters:
                  normalize: true
                  int8_mask: true
                dtype: float16
                """),
        /** mergekit/examples/bio-merge.yml. */
        BIO("""
                models:
                  - model: A
                    parameters:
                      density: 0.5
                      weight: 0.5
                  - model: B
                    parameters:
                      density: 0.5
                      weight: 0.5
                merge_method: ties
                base_model: BASE
                parameters:
                  normalize: false
                  int8_mask: true
                dtype: float16
                """),
        /** The card of KoboldAI/LLaMA2-13B-Tiefighter's children: the base stands among the models. */
        TASK_ARITHMETIC("""
                merge_method: task_arithmetic
                base_model: BASE
                models:
                  - model: BASE
                  - model: A
                    parameters:
                      weight: 1.0
                  - model: B
                    parameters:
                      weight: 0.25
                dtype: float16
                """),
        /** The card of a merge of Midnight-Miqu and Tess. */
        DARE_LINEAR("""
                merge_method: dare_linear
                base_model: BASE # base model
                models:
                  - model: A
                  - model: B
                parameters:
                  weight: 1.0
                dtype: float16
                """),
        /** mergekit's documentation of dare_ties, as in the cards of NeuralBeagle's kind. */
        DARE_TIES("""
                models:
                  - model: BASE
                    # no parameters necessary for base model
                  - model: A
                    parameters:
                      density: 0.53
                      weight: 0.4
                  - model: B
                    parameters:
                      density: 0.53
                      weight: 0.3
                merge_method: dare_ties
                base_model: BASE
                parameters:
                  int8_mask: true
                dtype: bfloat16
                """);

        private final String text;

        Published(String text) {
            this.text = text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void runsFromItsText(Published recipe) throws Exception {
        Path out = directory.resolve(recipe.name());
        MergeResult result = MethodsAgreeWithReferenceTest.run(recipe.text, out, 2);
        String dtype = recipe.text.contains("bfloat16") ? "BF16" : "F16";
        assertThat(result.tensors())
                .filteredOn(row -> row.action().equals("merged"))
                .hasSize(20)
                .allMatch(row -> row.dtype().equals(dtype));
        assertThat(Reference.values(out).keySet())
                .isEqualTo(Reference.values(Reference.path(recipe == Published.LINEAR ? "a" : "base"))
                        .keySet());
        assertThat(out.resolve("README.md")).content().contains(result.recipe().strip());
    }
}
