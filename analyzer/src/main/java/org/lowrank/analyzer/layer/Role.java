package org.lowrank.analyzer.layer;

import java.util.Locale;

/**
 * What a tensor is to its layer.
 *
 * @param kind which matrix, or which matrices in one tensor
 * @param cross cross-attention: queries from this stack, keys and values from another
 * @param expert the last number of its path is an expert's
 * @param expertAxis its first axis runs over experts
 * @param inOut its last two axes are [in, out]
 */
record Role(Kind kind, boolean cross, boolean expert, boolean expertAxis, boolean inOut) {
    /** The matrices a tensor can hold. */
    enum Kind {
        Q,
        K,
        V,
        /** Q, K and V in one tensor, in the order of the architecture's split. */
        QKV,
        /** K and V in one tensor. */
        KV,
        O,
        M1,
        GATE,
        M2,
        /** The rows of GATE, then those of M1. */
        GATE_UP,
        /** The rows of M1, then those of GATE. */
        UP_GATE,
        /** The rows of GATE at even places, those of M1 at odd ones. */
        GATE_UP_INTERLEAVED
    }

    /**
     * Reads a declaration: a kind, with {@code cross:} before it, and {@code experts} (a first axis over experts),
     * {@code expert} (a number in the path) or {@code in_out} after it.
     */
    static Role parse(String path, String declaration) {
        String[] words = declaration.split(" ");
        boolean cross = words[0].startsWith("cross:");
        boolean expert = path.contains("experts.#");
        boolean expertAxis = false;
        boolean inOut = false;
        for (int i = 1; i < words.length; i++) {
            switch (words[i]) {
                case "expert" -> expert = true;
                case "experts" -> expertAxis = true;
                case "in_out" -> inOut = true;
                default -> throw new IllegalArgumentException("unknown word in role " + path + ": " + declaration);
            }
        }
        String kind = cross ? words[0].substring("cross:".length()) : words[0];
        return new Role(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), cross, expert, expertAxis, inOut);
    }
}
