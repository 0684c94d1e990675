package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.ScalarEncoding;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * MLX: {@code weight} U32 [..., out, in · b / 32], codes of b bits as one stream from the lowest bits up, and {@code scales}
 * [..., out, in / group]. Mode "affine" has {@code biases} of the same shape: W = s · q + β, b being 2, 3, 4, 5, 6 or 8. Modes
 * "mxfp4" and "mxfp8" have E8M0 scales (as bytes) for 32 elements and codes E2M1 or E4M3; "nvfp4" has E4M3 scales for 16 and
 * E2M1 codes. Group size, bits and mode are config.json's {@code quantization}, for all modules or under a module's name.
 * Source: MLX, {@code mlx.core.quantize} and {@code dequantize} ({@code mlx/ops.cpp}).
 */
final class Mlx implements Scheme {
    private static final double[] E4M3 = ScalarEncoding.values(DType.F8_E4M3);

    @Override
    public boolean holds(Packed packed) {
        return packed.codes().dtype() == DType.U32 && packed.leaf().equals("weight") && packed.has("scales");
    }

    @Override
    public Set<String> roles() {
        return Set.of("scales", "biases");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor scales = packed.need("scales");
        JsonNode all = packed.settings();
        JsonNode own = all.path(packed.name().replaceFirst("\\.weight$", ""));
        String mode = setting(own, all, "mode").asText("affine");
        long group = setting(own, all, "group_size").asLong();
        List<Long> shape = new ArrayList<>(packed.codes().shape());
        int last = shape.size() - 1;
        long words = shape.get(last);
        packed.check(scales.shape().size() == shape.size() && group > 0, "MLX with groups of " + group);
        long in = Math.multiplyExact(scales.shape().get(last), group);
        long bits = in == 0 ? 0 : words * 32 / in;
        List<Long> outer = shape.subList(0, last);
        packed.check(
                bits * in == words * 32
                        && List.of(2L, 3L, 4L, 5L, 6L, 8L).contains(bits)
                        && scales.shape().subList(0, last).equals(outer)
                        && setting(own, all, "bits").asLong(bits) == bits,
                "MLX with groups of " + group + " and "
                        + setting(own, all, "bits").asText("unknown") + " bits");
        shape.set(last, in);
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        // Rows are whole words, so that the rows' streams are one.
        Elements codes = Elements.unpacked(
                packed.codes(), new PackedCodes(List.of(elements), (int) bits, 32, 0, List.of(1L), List.of()));
        Spread spread = Spread.flat(elements, group);
        boolean affine = mode.equals("affine");
        Elements weight = affine
                ? affine(packed, codes, scales, spread)
                : floats(packed, codes, scales, spread, mode, bits, group);
        return new Weight(
                affine
                        ? Gptq.integers((int) bits)
                        : mode.equals("mxfp8") ? DType.F8_E4M3 : DType.valueOf(mode.toUpperCase(java.util.Locale.ROOT)),
                shape,
                weight,
                Tensor.Orientation.OUT_IN,
                "MLX " + mode + ", " + bits + " bits, groups of " + group
                        + (affine ? ": scale times code + bias" : ": code times scale"));
    }

    private static JsonNode setting(JsonNode own, JsonNode all, String name) {
        return own.has(name) ? own.path(name) : all.path(name);
    }

    private static Elements affine(Packed packed, Elements codes, StoredTensor scales, Spread spread)
            throws IOException {
        StoredTensor biases = packed.need("biases");
        packed.check(isFloat(scales) && isFloat(biases) && biases.shape().equals(scales.shape()), "MLX affine");
        return codes.times(Elements.of(scales).spread(spread))
                .plus(Elements.of(biases).spread(spread));
    }

    private static Elements floats(
            Packed packed, Elements codes, StoredTensor scales, Spread spread, String mode, long bits, long group)
            throws IOException {
        boolean nv = mode.equals("nvfp4");
        packed.check(
                Set.of("mxfp4", "mxfp8", "nvfp4").contains(mode)
                        && !packed.has("biases")
                        && scales.dtype() == DType.U8
                        && bits == (mode.equals("mxfp8") ? 8 : 4)
                        && group == (nv ? 16 : 32),
                "MLX " + mode);
        Elements factors = nv ? Elements.of(scales).through(E4M3) : Elements.of(ScaledWeights.exponents(scales));
        return codes.through(bits == 8 ? E4M3 : MxFp4Blocks.E2M1).times(factors.spread(spread));
    }

    private static boolean isFloat(StoredTensor tensor) {
        return switch (tensor.dtype()) {
            case F32, F16, BF16 -> true;
            default -> false;
        };
    }
}
