package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * AWQ in its "gemm" layout: {@code qweight} [in, out / 8] and {@code qzeros} [groups, out / 8], eight 4-bit codes of
 * consecutive outputs in a word in the order 0, 2, 4, 6, 1, 3, 5, 7 from the lowest bits up, {@code scales} [groups, out].
 * W[o, i] = s[i / group, o] · (q[i, o] − z[i / group, o]). Source: AutoAWQ, {@code utils/packing_utils.py} and
 * {@code modules/linear/gemm.py}.
 */
final class Awq implements Scheme {
    /** The place in its word of each of eight outputs. */
    private static final List<Integer> PLACE = List.of(0, 4, 1, 5, 2, 6, 3, 7);

    @Override
    public boolean holds(Packed packed) {
        StoredTensor scales = packed.companions().get("scales");
        List<Long> codes = packed.codes().shape();
        return packed.leaf().equals("qweight")
                && packed.has("qzeros")
                && scales != null
                && scales.shape().size() == 2
                && codes.size() == 2
                && scales.shape().get(1) == codes.get(1) * 8;
    }

    @Override
    public Set<String> roles() {
        return Set.of("scales", "qzeros");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor scales = packed.need("scales");
        StoredTensor zeros = packed.need("qzeros");
        long in = packed.codes().shape().get(0);
        long words = packed.codes().shape().get(1);
        long out = words * 8;
        long groups = scales.shape().get(0);
        packed.check(
                Gptq.isWords(packed.codes())
                        && Gptq.isWords(zeros)
                        && zeros.shape().equals(List.of(groups, words))
                        && in % groups == 0,
                "AWQ");
        JsonNode settings = packed.settings();
        String version = settings.path("version").asText("gemm").toLowerCase(Locale.ROOT);
        if (!settings.path("quant_method").asText("awq").equals("awq")
                || !version.equals("gemm")
                || settings.path("bits").asLong(settings.path("w_bit").asLong(4)) != 4) {
            throw packed.refuse(
                    "its settings say " + settings.path("quant_method").asText("?") + ", version " + version
                            + ", where the shapes say AWQ's gemm layout of 4 bits");
        }
        Spread spread = new Spread(List.of(out, in), List.of(1L, in / groups), List.of(1L, out), Optional.empty());
        PackedCodes codes = new PackedCodes(List.of(out, in), 4, 32, 0, List.of(1L, words), PLACE);
        PackedCodes zeroCodes = new PackedCodes(List.of(groups, out), 4, 32, 1, List.of(words, 1L), PLACE);
        Elements weight = Elements.unpacked(packed.codes(), codes)
                .minus(Elements.unpacked(zeros, zeroCodes).spread(spread))
                .times(Elements.of(scales).spread(spread));
        return new Weight(
                DType.I4,
                List.of(out, in),
                weight,
                Tensor.Orientation.OUT_IN,
                "AWQ, 4 bits: scale times (code - zero point)");
    }
}
