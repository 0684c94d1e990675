package org.lowrank.analyzer.overlap;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.reports.finding.Finding;

/**
 * How orthogonal two texts are to a model's input embedding.
 *
 * @param tokenizer which files it came from
 * @param embedding the tensor
 * @param dtype its stored type
 * @param vocabulary its rows
 * @param dimension d
 * @param textA the first text
 * @param textB the second
 * @param shared tokens that occur in both, most used first, at most {@link #LISTED}
 * @param all every pair, tokens that occur in both included: there ⟨x, x⟩ = 1
 * @param distinct pairs of tokens of which neither occurs in the other text; null where there are none
 * @param closest the distinct pairs of largest |⟨x_i, x'_j⟩| (all pairs where there are none)
 * @param learningRate η of the bounds
 * @param initialNorm ‖W'_0 x‖ of the bounds
 * @param bounds Corollary 1 for each ε and λ
 * @param findings with their numbers
 * @param warnings what a reader should know
 */
public record TextOverlap(
        String tokenizer,
        String embedding,
        String dtype,
        long vocabulary,
        long dimension,
        Text textA,
        Text textB,
        List<SharedToken> shared,
        Distribution all,
        @Nullable Distribution distinct,
        List<ClosePair> closest,
        double learningRate,
        double initialNorm,
        List<MergeBound> bounds,
        List<Finding> findings,
        List<String> warnings) {
    /** How many tokens and pairs are listed. */
    public static final int LISTED = 30;

    /**
     * One text.
     *
     * @param characters its length
     * @param tokens its length in tokens
     * @param distinctTokens different ones
     * @param sharedTokens how many of the different ones occur in the other text
     * @param sharedUse share of its tokens that occur in the other text
     */
    public record Text(int characters, int tokens, int distinctTokens, int sharedTokens, double sharedUse) {}

    /** A token both texts use. */
    public record SharedToken(String token, long id, int usesA, int usesB) {}

    /** Two tokens and their inner product. */
    public record ClosePair(String tokenA, String tokenB, double innerProduct, long uses) {}
}
