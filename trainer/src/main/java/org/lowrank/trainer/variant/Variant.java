package org.lowrank.trainer.variant;

/** Ways to train that differ from the paper's in one thing each. */
public enum Variant {
    /** The paper's: full batches, no biases, logistic loss, W ← (1 − ηλ)W − η∇L. */
    PLAIN("plain", 2, false),
    /** v ← 0.9 v + ∇L + λθ, θ ← θ − η(1 − 0.9)v: the same decay and step in the long run. */
    MOMENTUM("momentum", 2, false),
    /** A quarter of the samples at each step, in an order drawn anew after every pass. */
    MINIBATCH("minibatch", 2, false),
    /**
     * Loshchilov and Hutter (2019), β = (0.9, 0.999), ε = 10⁻⁸: θ ← (1 − ηλ)θ − (η/400) m̂/(√v̂ + ε). Decay by the same factor a
     * step as the others, decoupled from the gradient's scale.
     */
    ADAMW("adamw", 2, false),
    /** A bias in every layer, decayed like the weights. */
    BIASES("biases", 2, true),
    /** Ten classes and cross-entropy. */
    CLASSES("classes", 10, false);

    private final String word;
    private final int classes;
    private final boolean biases;

    Variant(String word, int classes, boolean biases) {
        this.word = word;
        this.classes = classes;
        this.biases = biases;
    }

    /** The condition of its curves. */
    public String word() {
        return word;
    }

    /** How many classes its tasks have. */
    public int classes() {
        return classes;
    }

    /** Outputs of its networks: one for two classes. */
    public int outputs() {
        return classes == 2 ? 1 : classes;
    }

    /** Whether layers have biases. */
    public boolean biases() {
        return biases;
    }
}
