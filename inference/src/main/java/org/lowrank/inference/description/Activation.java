package org.lowrank.inference.description;

import java.util.Locale;
import java.util.Optional;

/** The elementwise function of a feed-forward part. */
public enum Activation {
    /** x Φ(x), Φ the normal distribution function. */
    GELU,
    /** ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
    GELU_TANH,
    /** The same with √(2/π) rounded to 0.79788456, as BLOOM computes it. */
    GELU_BLOOM,
    /** x σ(1.702 x). */
    GELU_QUICK,
    /** max(0, x). */
    RELU,
    /** max(0, x)². */
    RELU_SQUARED,
    /** x σ(x). */
    SILU,
    /** tanh x. */
    TANH;

    /** By the name it has in config.json. */
    static Optional<Activation> named(String name) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "gelu", "gelu_python" -> Optional.of(GELU);
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate", "gelu_python_tanh" ->
                Optional.of(GELU_TANH);
            case "bloom_gelu" -> Optional.of(GELU_BLOOM);
            case "quick_gelu" -> Optional.of(GELU_QUICK);
            case "relu" -> Optional.of(RELU);
            case "relu2" -> Optional.of(RELU_SQUARED);
            case "silu", "swish" -> Optional.of(SILU);
            case "tanh" -> Optional.of(TANH);
            default -> Optional.empty();
        };
    }
}
