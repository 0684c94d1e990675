package org.lowrank.analyzer.paper;

/**
 * The numbers of a Transformer's config.json.
 *
 * @param layers number of layers
 * @param d model dimension
 * @param f dimension of the feed-forward network
 * @param heads attention heads
 * @param vocabulary rows of the token embedding
 * @param positions longest input
 */
record ModelSize(int layers, int d, int f, int heads, int vocabulary, int positions) {
    /** As many layers and heads, everything else small: d = 2 per head, at least 48. */
    ModelSize narrowed() {
        int width = 2 * heads;
        while (width < 48) {
            width += heads;
        }
        return new ModelSize(layers, width, f / d * width, heads, 97, 16);
    }
}
