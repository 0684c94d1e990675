package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * Which tensors belong to which codes. A module's parameter that may be codes (by its type or name) owns everything that is
 * called after it, and everything directly in its module where it is the module's weight.
 */
final class Companions {
    /** What the codes of a module's weight are called. */
    private static final Set<String> WHOLE_MODULE =
            Set.of("weight", "qweight", "weight_packed", "W_q", "codes", "q_weight", "indices", "Qidxs", "B", "_data");

    /** What a companion of a parameter that shares its module with others is recognised by. */
    private static final Pattern LIKE_A_COMPANION = Pattern.compile(
            "(?i)(^|[._])(w?scales?|zeros?|zero_points?|absmax|amax|quant\\w*|scb|min|max|offsets?|shift|codebooks?|biases"
                    + "|g_idx|exponents?|blocks)([._]|$)");

    /** Companions that do not change the weight: the layer's bias, scales of activations and of the key-value cache. */
    private static final Set<String> OF_NO_EFFECT = Set.of(
            "bias",
            "input_scale",
            "scale_input",
            "input_scale_ub",
            "input_zero_point",
            "input_global_scale",
            "activation_scale",
            "act_scale",
            "output_scale",
            "output_zero_point",
            "q_scale",
            "k_scale",
            "v_scale",
            "kv_scale");

    private final NavigableMap<String, Tensor> byName = new TreeMap<>();
    private final JsonNode config;

    Companions(List<Tensor> tensors, JsonNode config) {
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        this.config = config;
    }

    /** The codes a tensor holds and what belongs to them; empty where it holds none, or is itself a companion. */
    Optional<Packed> of(Tensor tensor) throws MalformedWeightsException {
        if (!(tensor instanceof StoredTensor codes) || !mayBeCodes(codes) || belongsToOther(codes.name())) {
            return Optional.empty();
        }
        Map<String, StoredTensor> found = new LinkedHashMap<>();
        String name = codes.name();
        String module = name.substring(0, name.lastIndexOf('.') + 1);
        String leaf = name.substring(module.length());
        for (Tensor candidate : candidates(name, module, leaf)) {
            String role = role(candidate.name(), name, module, leaf);
            if (role.isEmpty() || OF_NO_EFFECT.contains(role)) {
                continue;
            }
            if (!(candidate instanceof StoredTensor stored) || found.putIfAbsent(role, stored) != null) {
                throw new MalformedWeightsException(
                        Flaw.UNKNOWN,
                        "quantised weights: " + name + " in " + codes.file() + ": " + candidate.name() + " is a second "
                                + role + " beside it; use the unquantised model");
            }
        }
        if (isPlain(codes.dtype()) && !found.containsKey("absmax")) {
            return Optional.empty();
        }
        return Optional.of(new Packed(weightName(name), leaf, codes, found, config));
    }

    private static boolean mayBeCodes(StoredTensor tensor) {
        return isPlain(tensor.dtype())
                ? tensor.name().endsWith(".weight") && tensor.shape().contains(1L)
                : tensor.shape().size() >= 2 && !tensor.shape().contains(0L);
    }

    /** Types that are no codes, except where bitsandbytes stores its bytes in them. */
    private static boolean isPlain(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16, BOOL, I64, U64, C64, OTHER -> true;
            default -> false;
        };
    }

    /** Whether this is something's scale or zero point and not codes of its own. */
    private boolean belongsToOther(String name) {
        String module = name.substring(0, name.lastIndexOf('.') + 1);
        String leaf = name.substring(module.length());
        if (!WHOLE_MODULE.contains(leaf)) {
            boolean ofModule = WHOLE_MODULE.stream().anyMatch(whole -> byName.containsKey(module + whole));
            boolean ofWeight = module.length() > 1 && byName.containsKey(module.substring(0, module.length() - 1));
            boolean ofNested = name.contains(".quant_state.");
            if (ofModule || ofWeight || ofNested) {
                return true;
            }
        }
        return LIKE_A_COMPANION.matcher(leaf).find() && !leaf.matches("(.*_)?blocks");
    }

    private List<Tensor> candidates(String name, String module, String leaf) {
        List<Tensor> found = new ArrayList<>(startingWith(name + '.'));
        String stem = leaf.replaceFirst("_?(weight|blocks)$", "");
        if (WHOLE_MODULE.contains(leaf) || stem.isEmpty()) {
            startingWith(module).stream()
                    .filter(tensor -> tensor.name().indexOf('.', module.length()) < 0)
                    .filter(tensor -> !tensor.name().equals(name))
                    .forEach(found::add);
        } else {
            startingWith(module + stem + '_').stream()
                    .filter(tensor -> !tensor.name().equals(name))
                    .filter(tensor -> tensor.name().indexOf('.', module.length()) < 0)
                    .filter(tensor -> LIKE_A_COMPANION
                            .matcher(tensor.name().substring(module.length() + stem.length()))
                            .find())
                    .forEach(found::add);
        }
        return found;
    }

    private List<Tensor> startingWith(String prefix) {
        return prefix.isEmpty()
                ? byName.values().stream().filter(t -> !t.name().contains(".")).toList()
                : List.copyOf(
                        byName.subMap(prefix, prefix + Character.MAX_VALUE).values());
    }

    /** weight_scale, scale_weight, weight.scale and scale are one role: what is left without the weight's own name. */
    private static String role(String companion, String name, String module, String leaf) {
        if (companion.startsWith(name + '.')) {
            return companion.substring(name.length() + 1);
        }
        String own = companion.substring(module.length());
        String stem = leaf.replaceFirst("_?(weight|blocks)$", "");
        if (!WHOLE_MODULE.contains(leaf) && !stem.isEmpty()) {
            own = own.substring(stem.length() + 1);
        }
        return own.replaceFirst("^weight[._]", "").replaceFirst("[._]weight$", "");
    }

    private static String weightName(String name) {
        return name.replaceFirst("\\.(qweight|weight_packed|W_q)$", ".weight").replaceFirst("[._]blocks$", "");
    }
}
