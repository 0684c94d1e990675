package org.lowrank.weights.scheme;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * HQQ as saved in safetensors. The weight's n elements in their order are a matrix of R rows and C columns: R = n / g,
 * C = g where {@code axis} is 1, the other way round where it is 0. {@code W_q} stacks k slices of ⌈R / k⌉ rows in one array
 * of words, the first in the highest bits: k = 8, 4, 2, 1 in bytes for 1, 2, 4, 8 bits, 10 in I32 for 3 bits (the last slice
 * padded). {@code scale} and {@code zero} are one per row (axis 1) or column (axis 0): W = (q − zero) · scale. Shape, bits,
 * group size, axis and packing are stored as tensors of their own. Source: hqq, {@code core/quantize.py} ({@code
 * Quantizer.dequantize}), {@code core/bitpack.py} and {@code core/utils.py} ({@code encode_safetensor_type}).
 */
final class Hqq implements Scheme {
    /** Bits of a word and slices of each packing. */
    private static final Map<String, Packing> PACKINGS = Map.of(
            "8bit_u8", new Packing(8, 8, 1),
            "4bit_u8", new Packing(4, 8, 2),
            "3bit_32", new Packing(3, 32, 10),
            "2bit_u8", new Packing(2, 8, 4),
            "1bit_u8", new Packing(1, 8, 8));

    private record Packing(int bits, int wordBits, int slices) {}

    @Override
    public boolean holds(Packed packed) {
        return packed.leaf().equals("W_q")
                && packed.has("scale", "zero", "shape", "nbits", "group_size", "axis", "packing");
    }

    @Override
    public Set<String> roles() {
        return Set.of(
                "scale",
                "zero",
                "shape",
                "nbits",
                "group_size",
                "axis",
                "packing",
                "channel_wise",
                "optimize",
                "round_zero",
                "view_as_float",
                "unpack_view_dtype",
                "compute_dtype",
                "quant_scale",
                "quant_zero",
                "offload_meta",
                "stores_quant_config",
                "encoded_state_dict");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        double[] shape = packed.content(packed.need("shape"));
        long group = setting(packed, "group_size", 0);
        long axis = setting(packed, "axis", -1);
        String named = text(packed.content(packed.need("packing")));
        Packing packing = PACKINGS.get(named);
        if (packing == null) {
            throw packed.refuse("HQQ's packing " + named + " is not read");
        }
        packed.check(
                shape.length == 2
                        && group > 0
                        && (axis == 0 || axis == 1)
                        && setting(packed, "nbits", 0) == packing.bits
                        && setting(packed, "view_as_float", 0) == 0
                        && setting(packed, "channel_wise", 1) == 1
                        && setting(packed, "quant_scale", 0) == 0
                        && setting(packed, "quant_zero", 0) == 0,
                "HQQ without quantised scales");
        long out = (long) shape[0];
        long in = (long) shape[1];
        long elements = Math.multiplyExact(out, in);
        packed.check(elements > 0 && elements % group == 0, "HQQ in groups of " + group);
        long rows = axis == 1 ? elements / group : group;
        long cols = elements / rows;
        long slice = (rows - 1) / packing.slices + 1;
        boolean exact = packing.bits == 3 || rows % packing.slices == 0;
        DType words = packing.wordBits == 32 ? DType.I32 : DType.U8;
        packed.check(
                exact
                        && packed.codes().dtype() == words
                        && packed.codes().shape().equals(List.of(slice, cols)),
                "HQQ");
        List<Integer> order = IntStream.range(0, packing.slices)
                .map(i -> packing.slices - 1 - i)
                .boxed()
                .toList();
        PackedCodes codes = new PackedCodes(
                List.of((long) packing.slices, slice, cols),
                packing.bits,
                packing.wordBits,
                0,
                List.of(0L, cols, 1L),
                order);
        Spread spread = Spread.grid(List.of(rows, cols), axis == 1 ? List.of(1L, cols) : List.of(rows, 1L));
        Elements weight = Elements.unpacked(packed.codes(), codes)
                .minus(perGroup(packed, "zero", elements / group).spread(spread))
                .times(perGroup(packed, "scale", elements / group).spread(spread));
        return new Weight(
                Gptq.integers(packing.bits),
                List.of(out, in),
                weight,
                Tensor.Orientation.UNKNOWN,
                "HQQ, " + packing.bits + " bits: scale times (code - zero point)");
    }

    private static Elements perGroup(Packed packed, String role, long groups) throws IOException {
        StoredTensor found = packed.need(role);
        long count = found.shape().stream().reduce(1L, Math::multiplyExact);
        boolean real = found.dtype() == DType.F32 || found.dtype() == DType.F16 || found.dtype() == DType.BF16;
        packed.check(count == groups && real, "HQQ");
        return Elements.of(found);
    }

    private static long setting(Packed packed, String role, long absent) throws IOException {
        StoredTensor found = packed.companions().get(role);
        if (found == null) {
            return absent;
        }
        double[] content = packed.content(found);
        packed.check(content.length == 1, "HQQ");
        return (long) content[0];
    }

    private static String text(double[] letters) {
        StringBuilder text = new StringBuilder();
        for (double letter : letters) {
            text.append((char) letter);
        }
        return text.toString();
    }
}
