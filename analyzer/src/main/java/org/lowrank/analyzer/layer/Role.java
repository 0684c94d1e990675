package org.lowrank.analyzer.layer;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * What a tensor is to its layer.
 *
 * @param kind which matrix, or which matrices in one tensor
 * @param traits how it is stored and to what it belongs
 * @param unless path of a tensor in the same layer beside which it has another meaning and so no role; empty for most
 */
record Role(Kind kind, Set<Trait> traits, String unless) {
    Role {
        traits = Set.copyOf(traits);
    }

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
        GATE_UP_INTERLEAVED;

        /** Whether it belongs to attention, not to the feed-forward part. */
        boolean isAttention() {
            return compareTo(O) <= 0;
        }
    }

    /** How a tensor is stored and to what it belongs. */
    enum Trait {
        /** Cross-attention: queries from this stack, keys and values from another. */
        CROSS,
        /** The last number of its path is an expert's. */
        EXPERT,
        /** Its first axis runs over experts. */
        EXPERT_AXIS,
        /** The expert every token goes through, beside routed ones. */
        SHARED,
        /** Its last two axes are [in, out], unless its shape says otherwise. */
        IN_OUT,
        /** Per head the query's rows and as many of a gate, where it has twice the rows of the heads. */
        GATED
    }

    boolean cross() {
        return traits.contains(Trait.CROSS);
    }

    boolean expert() {
        return traits.contains(Trait.EXPERT);
    }

    boolean expertAxis() {
        return traits.contains(Trait.EXPERT_AXIS);
    }

    boolean shared() {
        return traits.contains(Trait.SHARED);
    }

    boolean inOut() {
        return traits.contains(Trait.IN_OUT);
    }

    boolean gated() {
        return traits.contains(Trait.GATED);
    }

    /**
     * Reads a declaration: a kind, with {@code cross:} before it, and after it {@code experts} (a first axis over experts),
     * {@code expert} (a number in the path), {@code shared}, {@code in_out}, {@code gated} or {@code unless:PATH}. Paths
     * with {@code experts.#} and {@code shared} say so themselves.
     */
    static Role parse(String path, String declaration) {
        String[] words = declaration.split(" ");
        boolean cross = words[0].startsWith("cross:");
        Set<Trait> traits = EnumSet.noneOf(Trait.class);
        if (cross) {
            traits.add(Trait.CROSS);
        }
        if (path.contains("experts.#")) {
            traits.add(Trait.EXPERT);
        }
        if (path.contains("shared_")) {
            traits.add(Trait.SHARED);
        }
        String unless = "";
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("unless:")) {
                unless = words[i].substring("unless:".length());
                continue;
            }
            traits.add(
                    switch (words[i]) {
                        case "expert" -> Trait.EXPERT;
                        case "experts" -> Trait.EXPERT_AXIS;
                        case "shared" -> Trait.SHARED;
                        case "in_out" -> Trait.IN_OUT;
                        case "gated" -> Trait.GATED;
                        default ->
                            throw new IllegalArgumentException("unknown word in role " + path + ": " + declaration);
                    });
        }
        String kind = cross ? words[0].substring("cross:".length()) : words[0];
        return new Role(Kind.valueOf(kind.toUpperCase(Locale.ROOT)), traits, unless);
    }
}
