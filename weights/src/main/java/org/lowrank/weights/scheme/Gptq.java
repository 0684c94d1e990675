package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * GPTQ: {@code qweight} [in · b / 32, out], codes packed along the inputs, {@code scales} [groups, out], {@code qzeros}
 * [groups, out · b / 32], zero points packed along the outputs, and {@code g_idx} [in], the group of each input (where absent,
 * inputs are grouped in their order). W[o, i] = s[g(i), o] · (q[i, o] − z[g(i), o]), b being 2, 3, 4 or 8 bits; three bits go
 * on across words. The first convention ({@code checkpoint_format} "gptq" or absent) stores z − 1, "gptq_v2" stores z.
 * Source: AutoGPTQ, {@code nn_modules/qlinear/qlinear_cuda.py}; GPTQModel, {@code checkpoint_format}.
 */
final class Gptq implements Scheme {
    @Override
    public boolean holds(Packed packed) {
        StoredTensor scales = packed.companions().get("scales");
        List<Long> codes = packed.codes().shape();
        return packed.leaf().equals("qweight")
                && packed.has("qzeros")
                && scales != null
                && scales.shape().size() == 2
                && codes.size() == 2
                && scales.shape().get(1).equals(codes.get(1));
    }

    @Override
    public Set<String> roles() {
        return Set.of("scales", "qzeros", "g_idx");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor scales = packed.need("scales");
        StoredTensor zeros = packed.need("qzeros");
        Optional<StoredTensor> groupOf = packed.companion("g_idx");
        long groups = scales.shape().get(0);
        long out = scales.shape().get(1);
        long words = packed.codes().shape().get(0);
        packed.check(isWords(packed.codes()) && isWords(zeros) && zeros.shape().size() == 2, "GPTQ");
        long bits = zeros.shape().get(1) * 32 / Math.max(1, out);
        packed.check(List.of(2L, 3L, 4L, 8L).contains(bits), "GPTQ");
        long in = words * 32 / bits;
        packed.check(
                in * bits == words * 32
                        && zeros.shape().equals(List.of(groups, out * bits / 32))
                        && out * bits % 32 == 0
                        && (groupOf.isEmpty()
                                ? in % groups == 0
                                : groupOf.get().shape().equals(List.of(in))),
                "GPTQ");
        boolean second = secondConvention(packed, bits);
        Spread spread = new Spread(
                List.of(out, in), List.of(1L, groupOf.isEmpty() ? in / groups : groups), List.of(1L, out), groupOf);
        PackedCodes codes = new PackedCodes(List.of(out, in), (int) bits, 32, 1, List.of(1L, out), order((int) bits));
        PackedCodes zeroCodes = new PackedCodes(
                List.of(groups, out), (int) bits, 32, 1, List.of(zeros.shape().get(1), 1L), order((int) bits));
        Elements zero = Elements.unpacked(zeros, zeroCodes).plus(Elements.constant(second ? 0 : 1));
        Elements weight = Elements.unpacked(packed.codes(), codes)
                .minus(zero.spread(spread))
                .times(Elements.of(scales).spread(spread));
        return new Weight(
                integers((int) bits),
                List.of(out, in),
                weight,
                Tensor.Orientation.OUT_IN,
                "GPTQ, " + bits + " bits: scale times (code - zero point)"
                        + (second ? "" : ", zero points stored less one"));
    }

    /** Three bits go on across words. */
    private static List<Integer> order(int bits) {
        return bits == 3
                ? List.of()
                : java.util.stream.IntStream.range(0, 32 / bits).boxed().toList();
    }

    static boolean isWords(StoredTensor tensor) {
        return tensor.dtype() == DType.I32 || tensor.dtype() == DType.U32;
    }

    static DType integers(int bits) {
        return switch (bits) {
            case 1 -> DType.I1;
            case 2 -> DType.I2;
            case 3 -> DType.I3;
            case 4 -> DType.I4;
            case 5 -> DType.I5;
            case 6 -> DType.I6;
            default -> DType.I8;
        };
    }

    private static boolean secondConvention(Packed packed, long bits) throws IOException {
        JsonNode settings = packed.settings();
        String method = settings.path("quant_method").asText("gptq");
        String format = settings.path("checkpoint_format").asText("gptq");
        boolean known = method.equals("gptq") && Set.of("gptq", "gptq_v2", "").contains(format);
        if (!known || settings.path("bits").asLong(bits) != bits) {
            throw packed.refuse("its settings say " + method + ", format " + format + ", "
                    + settings.path("bits").asText("unknown") + " bits, where the shapes say GPTQ of " + bits
                    + " bits");
        }
        return format.equals("gptq_v2");
    }
}
