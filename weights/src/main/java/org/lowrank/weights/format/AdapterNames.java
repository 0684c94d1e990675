package org.lowrank.weights.format;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.tensor.AdapterKind;

/**
 * Adapters by the names of their tensors, as PEFT, kohya's scripts, LyCORIS, diffusers and llama.cpp write them. A file in
 * which the adapted weights lie beside the factors is a model with an adapter in it, and no adapter.
 */
final class AdapterNames {
    private static final Map<AdapterKind, Pattern> PARTS = new LinkedHashMap<>();

    static {
        PARTS.put(AdapterKind.OFT, pattern("b?oft_(?:r|s|diag|blocks)"));
        PARTS.put(AdapterKind.LOKR, pattern("lokr_(?:w[12](?:_[ab])?|t2)"));
        PARTS.put(AdapterKind.LOHA, pattern("hada_(?:w[12]_[ab]|t[12])"));
        PARTS.put(AdapterKind.VERA, pattern("vera_(?:lambda_[bd]|[ab])"));
        PARTS.put(AdapterKind.IA3, pattern("ia3_l|on_input"));
        PARTS.put(AdapterKind.DORA, pattern("lora_magnitude_vector|dora_scale"));
        PARTS.put(
                AdapterKind.LORA,
                pattern(
                        "lora_(?:[abe]|up|down|mid|embedding_[ab]|linear_layer\\.(?:up|down))|lora\\.(?:up|down)|ranknum"));
        PARTS.put(AdapterKind.PROMPT, pattern("prompt_embeddings|prefix_encoder\\..*"));
    }

    private static final Pattern LAYERED = Pattern.compile("[._]\\d+[._]");

    private AdapterNames() {}

    /** {@code <module>.lora_A[.default][.weight]}. */
    private static Pattern pattern(String names) {
        return Pattern.compile(
                "(?:(.*)[._])?(?:" + names + ")(?:\\.[a-z0-9_-]+)?(?:\\.(?:weight|bias|alpha))?",
                Pattern.CASE_INSENSITIVE);
    }

    /**
     * What kind of adapter these tensors are; empty for a model.
     *
     * @param names of all tensors
     * @param type GGUF's general.type, empty elsewhere
     */
    static Optional<AdapterKind> of(Collection<String> names, String type) {
        Set<AdapterKind> kinds = new HashSet<>();
        Set<String> all = new HashSet<>(names);
        int parts = 0;
        int ofLayers = 0;
        for (String name : names) {
            Map.Entry<AdapterKind, Matcher> part = part(name);
            if (part == null) {
                ofLayers += LAYERED.matcher(name).find() ? 1 : 0;
            } else if (holdsBase(part.getValue().group(1), all)) {
                return Optional.empty();
            } else {
                kinds.add(part.getKey());
                parts++;
            }
        }
        Optional<AdapterKind> found =
                PARTS.keySet().stream().filter(kinds::contains).findFirst();
        if (type.equals("adapter")) {
            return found.or(() -> Optional.of(AdapterKind.OTHER));
        }
        // A model may have parts of its own that are called so; an adapter has little else in its layers.
        return ofLayers > parts ? Optional.empty() : found;
    }

    private static Map.@Nullable Entry<AdapterKind, Matcher> part(String name) {
        for (Map.Entry<AdapterKind, Pattern> kind : PARTS.entrySet()) {
            Matcher matcher = kind.getValue().matcher(name);
            if (matcher.matches()) {
                return Map.entry(kind.getKey(), matcher);
            }
        }
        return null;
    }

    private static boolean holdsBase(@Nullable String module, Set<String> names) {
        if (module == null) {
            return false;
        }
        String original =
                module.replaceFirst("\\.parametrizations\\.weight\\.\\d+$", ".parametrizations.weight.original");
        return (module.endsWith(".weight") && names.contains(module))
                || names.contains(module + ".weight")
                || names.contains(module + ".base_layer.weight")
                || names.contains(original);
    }
}
