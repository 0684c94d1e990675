package org.lowrank.weights.adapter;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tensor of an adapter is, from its name: PEFT's, kohya's scripts', diffusers', llama.cpp's, MLX's.
 *
 * @param module path of the module it belongs to, as written
 * @param part which tensor of it
 * @param style whose naming
 */
record PartName(String module, Part part, Style style) {
    /** The tensors of one module. */
    enum Part {
        A,
        B,
        /** Transposed: [in, r] and [r, out]. */
        TURNED_A,
        TURNED_B,
        EMBEDDING_A,
        EMBEDDING_B,
        MIDDLE,
        ALPHA,
        MAGNITUDE,
        BIAS
    }

    /** Who writes such names. */
    enum Style {
        PEFT("PEFT"),
        KOHYA("kohya"),
        DIFFUSERS("diffusers"),
        LLAMA_CPP("GGUF"),
        /** MLX and llama.cpp both write lora_a; the files' format tells them apart. */
        LOWER("MLX"),
        ANY("");

        private final String title;

        Style(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    private record Rule(Pattern pattern, Part part, Style style) {
        Rule(String pattern, Part part, Style style) {
            this(Pattern.compile(pattern), part, style);
        }
    }

    /** The adapter's own name may stand before {@code .weight}: {@code lora_A.default.weight}. */
    private static final List<Rule> RULES = List.of(
            new Rule("(.*)\\.lora_A(?:\\.[^.]+)?\\.weight", Part.A, Style.PEFT),
            new Rule("(.*)\\.lora_B(?:\\.[^.]+)?\\.weight", Part.B, Style.PEFT),
            new Rule("(.*)\\.lora_B(?:\\.[^.]+)?\\.bias", Part.BIAS, Style.PEFT),
            new Rule("(.*)\\.lora_embedding_A(?:\\.[^.]+)?", Part.EMBEDDING_A, Style.PEFT),
            new Rule("(.*)\\.lora_embedding_B(?:\\.[^.]+)?", Part.EMBEDDING_B, Style.PEFT),
            new Rule("(.*)\\.lora_magnitude_vector(?:\\.[^.]+)?(?:\\.weight)?", Part.MAGNITUDE, Style.PEFT),
            new Rule("(.*)\\.lora_down\\.weight", Part.A, Style.KOHYA),
            new Rule("(.*)\\.lora_up\\.weight", Part.B, Style.KOHYA),
            new Rule("(.*)\\.lora_mid\\.weight", Part.MIDDLE, Style.KOHYA),
            new Rule("(.*)\\.dora_scale", Part.MAGNITUDE, Style.KOHYA),
            new Rule("(.*)\\.(?:lora|lora_linear_layer)\\.down\\.weight", Part.A, Style.DIFFUSERS),
            new Rule("(.*)\\.(?:lora|lora_linear_layer)\\.up\\.weight", Part.B, Style.DIFFUSERS),
            new Rule("(.*)_lora\\.down\\.weight", Part.A, Style.DIFFUSERS),
            new Rule("(.*)_lora\\.up\\.weight", Part.B, Style.DIFFUSERS),
            new Rule("(.*)\\.lora_a", Part.TURNED_A, Style.LOWER),
            new Rule("(.*)\\.lora_b", Part.TURNED_B, Style.LOWER),
            new Rule("(.*)\\.alpha", Part.ALPHA, Style.ANY));

    private static final Pattern PROCESSOR = Pattern.compile("(.*)\\.processor\\.([a-z_]+?)(?:_lora)?");

    /** Empty for a tensor that is no part of a low-rank product. */
    static Optional<PartName> of(String name) {
        for (Rule rule : RULES) {
            Matcher matcher = rule.pattern.matcher(name);
            if (matcher.matches()) {
                return Optional.of(new PartName(matcher.group(1), rule.part, rule.style));
            }
        }
        return Optional.empty();
    }

    /** The module's path in the base model's words. */
    static String path(String module, Style style) {
        if (style == Style.KOHYA) {
            return FlatName.path(module);
        }
        String path = module.startsWith("base_model.model.") ? module.substring("base_model.model.".length()) : module;
        if (style != Style.DIFFUSERS) {
            return path;
        }
        Matcher processor = PROCESSOR.matcher(path);
        path = processor.matches() ? processor.group(1) + "." + processor.group(2) : path;
        // diffusers' first format calls the projections of a text encoder as it calls its own
        path = path.replaceFirst("(\\.self_attn)\\.to_([qkv])$", "$1.$2_proj")
                .replaceFirst("(\\.self_attn)\\.to_out$", "$1.out_proj");
        return path.replaceFirst("\\.to_out$", ".to_out.0");
    }
}
