package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.BlockEncoding;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.DequantisedTensor;
import org.lowrank.weights.tensor.PartTensor;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * Weights that are not what their bytes say. Codes of a scheme that is understood become a weight of the same name, computed
 * when it is opened; anything else that is stored beside 8-bit or packed weights is a refusal that names it.
 */
public final class Quantisation {
    private static final List<Scheme> SCHEMES = List.of(
            new BitsAndBytes4(),
            new BitsAndBytes8(),
            new MxFp4Blocks(),
            new Gptq(),
            new Awq(),
            new PackedIntegers(),
            new PackedFloats(),
            new Mlx(),
            new Hqq(),
            new ScaledWeights());

    private Quantisation() {}

    /**
     * Tensors with their quantised weights understood.
     *
     * @param tensors the same, codes replaced by weights, in name order; what belongs to them says so
     * @param warnings one per kind of weight
     */
    public record Resolved(List<Tensor> tensors, List<String> warnings) {}

    /** Finds the codes among a model's tensors and what belongs to them. */
    public static Resolved resolve(List<Tensor> tensors, JsonNode config) throws IOException {
        Companions companions = new Companions(tensors, config);
        List<Tensor> resolved = new ArrayList<>();
        Map<String, String> partOf = new HashMap<>();
        Kinds kinds = new Kinds();
        for (Tensor tensor :
                tensors.stream().sorted(Comparator.comparing(Tensor::name)).toList()) {
            Optional<Packed> packed = companions.of(tensor);
            if (packed.isEmpty()) {
                resolved.add(tensor);
            } else if (packed.get().companions().isEmpty() && !isPackedByName(packed.get())) {
                kinds.addPlain(tensor);
                resolved.add(tensor);
            } else {
                Packed codes = packed.get();
                resolved.add(weight(codes, kinds));
                codes.companions().values().forEach(part -> partOf.put(part.name(), codes.name()));
            }
        }
        resolved.replaceAll(tensor -> tensor instanceof StoredTensor stored && partOf.containsKey(stored.name())
                ? new PartTensor(stored, partOf.get(stored.name()))
                : tensor);
        return new Resolved(List.copyOf(resolved), kinds.warnings());
    }

    private static Tensor weight(Packed packed, Kinds kinds) throws IOException {
        Scheme scheme = SCHEMES.stream()
                .filter(candidate -> candidate.holds(packed))
                .findFirst()
                .orElseThrow(() -> unknown(packed));
        for (Map.Entry<String, StoredTensor> companion : packed.companions().entrySet()) {
            if (!scheme.roles().contains(companion.getKey())) {
                throw notUnderstood(packed, companion.getValue());
            }
        }
        Scheme.Weight weight = scheme.weight(packed);
        kinds.add(weight.kind(), packed.name());
        return new DequantisedTensor(
                packed.name(),
                packed.codes().name(),
                weight.dtype(),
                weight.shape(),
                packed.codes().file(),
                packed.storedBytes(),
                weight.orientation(),
                weight.elements());
    }

    private static boolean isPackedByName(Packed packed) {
        return packed.leaf().matches("qweight|weight_packed|W_q|q_weight|Qidxs|_data");
    }

    private static MalformedWeightsException unknown(Packed packed) {
        String scheme = switch (packed.leaf()) {
            case "W_q" -> "HQQ";
            case "codes" -> packed.has("codebooks") ? "AQLM" : "";
            case "q_weight" -> "EXL2";
            case "Qidxs" -> "QuIP#";
            case "indices" -> packed.has("centroids") ? "VPTQ" : "";
            case "B" -> packed.has("s") ? "Marlin" : "";
            case "_data" -> "Quanto";
            default -> "";
        };
        if (!scheme.isEmpty()) {
            return packed.refuse(scheme + " is not read");
        }
        return packed.companions().values().stream()
                .findFirst()
                .map(first -> notUnderstood(packed, first))
                .orElseGet(() -> packed.refuse("no scale is stored beside it"));
    }

    private static MalformedWeightsException notUnderstood(Packed packed, StoredTensor companion) {
        return packed.refuse(companion.name() + " (" + companion.dtype() + " " + companion.shape()
                + ") is stored beside it (" + packed.codes().dtype() + " "
                + packed.codes().shape()
                + "), which is not understood");
    }

    /** What there is of each kind. */
    private static final class Kinds {
        private static final int LONGEST_NAME = 200;

        private final Map<String, List<String>> scaled = new LinkedHashMap<>();
        private final List<String> plain = new ArrayList<>();

        void add(String kind, String name) {
            scaled.computeIfAbsent(kind, k -> new ArrayList<>()).add(name);
        }

        void addPlain(Tensor tensor) {
            DType dtype = tensor.dtype();
            if (dtype.name().startsWith("F8_E") && dtype != DType.F8_E8M0) {
                plain.add(tensor.name());
            } else if (BlockEncoding.of(dtype).isPresent()) {
                add("GGUF " + dtype, tensor.name());
            }
        }

        List<String> warnings() {
            List<String> warnings = new ArrayList<>();
            scaled.forEach((kind, names) -> warnings.add("quantised weights were dequantised, " + counted(names) + ": "
                    + kind + "; what is measured is the quantised matrix, not the original one"));
            if (!plain.isEmpty()) {
                warnings.add("8-bit floats without a scale beside them, " + counted(plain)
                        + ": measured as they are stored; if their scale was left out, norms are right up to a factor,"
                        + " stable ranks are exact");
            }
            return List.copyOf(warnings);
        }

        private static String counted(List<String> names) {
            String first = names.get(0).replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", "?");
            String shown = first.length() <= LONGEST_NAME ? first : first.substring(0, LONGEST_NAME) + "…";
            return names.size() == 1 ? shown : names.size() + " tensors (" + shown + ", …)";
        }
    }
}
