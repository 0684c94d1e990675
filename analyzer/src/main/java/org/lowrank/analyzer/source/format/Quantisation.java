package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.analyzer.tensor.Tensor;
import org.lowrank.spectral.StridedBlock;

/**
 * Weights that are not what their bytes say: 8-bit floats are multiplied by the scale stored beside them; packed integers
 * are refused by the name of their scheme.
 */
final class Quantisation {
    private Quantisation() {}

    static List<Tensor> resolve(List<Tensor> tensors, OpenFiles opened) throws IOException {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
        List<Tensor> resolved = new ArrayList<>();
        for (Tensor tensor : tensors) {
            refusePacked(tensor, byName);
            resolved.add(isSmallFloat(tensor) ? scaled(tensor, byName, opened) : tensor);
        }
        return resolved;
    }

    private static boolean isSmallFloat(Tensor tensor) {
        return switch (tensor.dtype()) {
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ -> tensor.shape().size() == 2;
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
        } else if (byName.containsKey(name + ".absmax") || name.contains(".quant_state.bitsandbytes")) {
            scheme = "bitsandbytes 4-bit";
        } else if (tensor.dtype() == DType.I8 && byName.containsKey(stem + ".SCB")) {
            scheme = "bitsandbytes 8-bit";
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

    private static Tensor scaled(Tensor tensor, Map<String, Tensor> byName, OpenFiles opened) throws IOException {
        Tensor inverse = byName.get(tensor.name() + "_scale_inv");
        Tensor scale = inverse != null ? inverse : byName.get(tensor.name() + "_scale");
        if (scale == null && tensor.name().endsWith(".weight")) {
            scale = byName.get(tensor.name().replaceFirst("\\.weight$", ".scale"));
        }
        if (scale == null) {
            opened.warn(
                    tensor.name()
                            + ": 8-bit floats without a scale beside them: norms are right up to a factor, stable ranks are exact");
            return tensor;
        }
        opened.warn("8-bit floating-point weights were multiplied by the scales stored beside them");
        long rows = tensor.shape().get(0);
        long cols = tensor.shape().get(1);
        List<Long> grid = scale.shape();
        long scaleRows = grid.isEmpty() ? 1 : grid.get(0);
        long scaleCols = grid.size() < 2 ? 1 : grid.get(1);
        float[] scales = values(scale, scaleRows, scaleCols);
        ElementDecoder elements = ElementDecoder.of(tensor.dtype());
        if (!(tensor instanceof StoredTensor stored) || elements == null) {
            return tensor;
        }
        long blockRows = (rows + scaleRows - 1) / scaleRows;
        long blockCols = (cols + scaleCols - 1) / scaleCols;
        // Block scales come in 128 × 128 tiles, the last of them cut off; even division would misplace them.
        blockRows = scaleRows > 1 && blockRows > 1 ? roundUp(blockRows, rows, scaleRows) : blockRows;
        blockCols = scaleCols > 1 && blockCols > 1 ? roundUp(blockCols, cols, scaleCols) : blockCols;
        return stored.decodedBy(new ScaledDecoder(elements, cols, scales, (int) scaleCols, blockRows, blockCols));
    }

    /** The power of two at least as large that still gives so many blocks, else the even size. */
    private static long roundUp(long even, long length, long blocks) {
        long power = Long.highestOneBit(even) == even ? even : Long.highestOneBit(even) << 1;
        return (length + power - 1) / power == blocks ? power : even;
    }

    private static float[] values(@Nullable Tensor scale, long rows, long cols) throws IOException {
        if (scale == null) {
            return new float[] {1};
        }
        float[] values = new float[Math.toIntExact(Math.multiplyExact(rows, cols))];
        try (Tensor.Values opened = scale.open()) {
            int at = 0;
            for (StridedBlock block : opened.matrix(Tensor.View.contiguous(rows, cols))) {
                for (int i = 0; i < block.rows(); i++) {
                    for (int j = 0; j < block.cols(); j++) {
                        int index = i * block.rowStride() + j;
                        values[at++] = switch (block.type()) {
                            case F64 -> (float) block.data().getDouble(8 * index);
                            case F32 -> block.data().getFloat(4 * index);
                            case BF16 -> Float.intBitsToFloat(block.data().getShort(2 * index) << 16);
                            case F16 -> SmallFloats.half(block.data().getShort(2 * index));
                        };
                    }
                }
            }
        }
        return values;
    }
}
