package org.lowrank.weights.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Scale;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * Weights that are not what their bytes say: 8-bit floats are multiplied by the scale stored beside them; packed integers
 * are refused by the name of their scheme.
 */
final class Quantisation {
    private Quantisation() {}

    static List<Tensor> resolve(List<Tensor> tensors, OpenFiles opened, JsonNode config) throws IOException {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        List<Tensor> resolved = new ArrayList<>();
        for (Tensor tensor : tensors) {
            refusePacked(tensor, byName);
            resolved.add(isEightBit(tensor) ? scaled(tensor, byName, opened, config) : tensor);
        }
        return resolved;
    }

    private static boolean isEightBit(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, I8 ->
                tensor.shape().size() >= 2;
            default -> false;
        };
    }

    private static void refusePacked(Tensor tensor, Map<String, Tensor> byName) throws MalformedWeightsException {
        String name = tensor.name();
        String stem = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : name;
        String scheme = null;
        if (name.endsWith(".qweight")) {
            scheme = byName.containsKey(stem + ".g_idx") ? "GPTQ" : "AWQ or GPTQ";
        } else if (name.endsWith(".weight_packed")) {
            scheme = "compressed-tensors packed integers";
        } else if (name.endsWith(".W_q")) {
            scheme = "HQQ";
        } else if (name.endsWith(".codes") && byName.containsKey(stem + ".codebooks")) {
            scheme = "AQLM";
        } else if (tensor.dtype() == DType.U8 && byName.containsKey(name + "_scale")) {
            scheme = "NVFP4";
        } else if (byName.containsKey(name + ".absmax") || name.contains(".quant_state.bitsandbytes")) {
            scheme = "bitsandbytes 4-bit";
        } else if (tensor.dtype() == DType.I8 && byName.containsKey(stem + ".SCB")) {
            scheme = "bitsandbytes 8-bit";
        } else if (isEightBit(tensor) && byName.containsKey(name + "_zero_point")) {
            throw new MalformedWeightsException("quantised weights: " + name + " in " + tensor.file()
                    + ": zero points are stored beside it, which lowrank does not subtract; use the unquantised model");
        } else if (name.endsWith("_blocks") && byName.containsKey(name.replaceFirst("_blocks$", "_scales"))) {
            scheme = "MXFP4";
        } else if (name.endsWith(".weight") && tensor.dtype() == DType.U32 && byName.containsKey(stem + ".scales")) {
            scheme = "MLX";
        }
        if (scheme != null) {
            throw new MalformedWeightsException(
                    "quantised weights: " + name + " in " + tensor.file() + ": " + scheme
                            + " packs several integers into one element, which is not a weight matrix; use the unquantised model");
        }
    }

    private static Tensor scaled(Tensor tensor, Map<String, Tensor> byName, OpenFiles opened, JsonNode config)
            throws IOException {
        Tensor factors = factors(tensor.name(), byName);
        boolean integer = tensor.dtype() == DType.I8;
        if (factors == null || !(tensor instanceof StoredTensor stored)) {
            if (!integer) {
                opened.warn("8-bit floats without a scale beside them, " + tensor.name()
                        + " for one: norms are right up to a factor, stable ranks are exact");
            }
            return tensor;
        }
        opened.warn("8-bit weights were multiplied by the scales stored beside them: what is measured is the"
                + " quantised matrix");
        return stored.withScale(scale(tensor, factors, config));
    }

    private static @Nullable Tensor factors(String name, Map<String, Tensor> byName) {
        for (String suffix : List.of("_scale_inv", "_scale")) {
            Tensor found = byName.get(name + suffix);
            if (found != null) {
                return found;
            }
        }
        return name.endsWith(".weight") ? byName.get(name.replaceFirst("\\.weight$", ".scale")) : null;
    }

    /** Despite its name {@code weight_scale_inv} is multiplied with, like the others. */
    private static Scale scale(Tensor tensor, Tensor factors, JsonNode config) throws MalformedWeightsException {
        List<Long> shape = tensor.shape();
        List<Long> grid = new ArrayList<>(factors.shape());
        long count = grid.stream().reduce(1L, (a, b) -> a * b);
        while (grid.size() < shape.size()) {
            // One factor, or one per row: the missing dimensions are not divided.
            grid.add(count == 1 ? 0 : grid.size(), 1L);
        }
        JsonNode sizes = config.path("quantization_config").path("weight_block_size");
        List<Long> block = new ArrayList<>();
        for (int d = 0; d < shape.size(); d++) {
            int fromEnd = shape.size() - d;
            long told =
                    fromEnd <= sizes.size() ? sizes.get(sizes.size() - fromEnd).asLong() : 0;
            block.add(block(shape.get(d), grid.get(d), told));
        }
        if (grid.size() != shape.size() || block.contains(0L)) {
            throw new MalformedWeightsException(
                    "unknown scales: " + tensor.file() + ": " + factors.name() + " of shape "
                            + factors.shape() + " for " + tensor.name() + " of shape " + shape
                            + "; use the unquantised model");
        }
        return new Scale(factors, grid, block);
    }

    /** Elements that share a factor, 0 where {@code blocks} of them do not make up {@code size}. */
    private static long block(long size, long blocks, long told) {
        if (blocks == 1 || blocks == size) {
            return blocks == 1 ? Math.max(1, size) : 1;
        }
        for (long candidate : new long[] {told, 128, 64, 32, 16}) {
            if (candidate > 0 && (size - 1) / candidate + 1 == blocks) {
                return candidate;
            }
        }
        return 0;
    }
}
