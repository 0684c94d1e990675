package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * compressed-tensors "pack-quantized": {@code weight_packed} [out, ⌈in / n⌉] with n = ⌊32 / b⌋ codes a word, from the lowest
 * bits up, none across words; {@code weight_scale} [out, groups]; {@code weight_shape} (out, in); where asymmetric
 * {@code weight_zero_point} [⌈out / n⌉, groups], packed along the outputs; where inputs were reordered {@code weight_g_idx}
 * [in]. Codes and zero points are stored 2^(b−1) higher than they are, so W = s · (q − z) with both lowered, or
 * W = s · (q − 2^(b−1)) without zero points. Source: compressed-tensors,
 * {@code quantized_compressors/pack_quantized.py}.
 */
final class PackedIntegers implements Scheme {
    @Override
    public boolean holds(Packed packed) {
        return packed.leaf().equals("weight_packed") && Gptq.isWords(packed.codes()) && packed.has("scale", "shape");
    }

    @Override
    public Set<String> roles() {
        return Set.of("scale", "shape", "zero_point", "g_idx");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor scale = packed.need("scale");
        double[] shape = packed.content(packed.need("shape"));
        List<Long> stored = packed.codes().shape();
        packed.check(shape.length == 2 && stored.size() == 2 && scale.shape().size() == 2, "pack-quantized");
        long out = (long) shape[0];
        long in = (long) shape[1];
        long groups = scale.shape().get(1);
        Optional<StoredTensor> groupOf = packed.companion("g_idx");
        packed.check(
                out == stored.get(0)
                        && scale.shape().get(0) == out
                        && in > 0
                        && (groupOf.isEmpty()
                                ? in % groups == 0
                                : groupOf.get().shape().equals(List.of(in))),
                "pack-quantized");
        int bits = bits(packed, in, stored.get(1));
        List<Integer> order = IntStream.range(0, 32 / bits).boxed().toList();
        PackedCodes codes = new PackedCodes(List.of(out, in), bits, 32, 1, List.of(stored.get(1), 1L), order);
        Spread spread = new Spread(
                List.of(out, in), List.of(1L, groupOf.isEmpty() ? in / groups : groups), List.of(groups, 1L), groupOf);
        StoredTensor zeros = packed.companions().get("zero_point");
        Elements zero = Elements.constant(1 << (bits - 1));
        if (zeros != null) {
            PackedCodes zeroCodes = new PackedCodes(List.of(out, groups), bits, 32, 0, List.of(groups, 1L), order);
            packed.check(
                    Gptq.isWords(zeros) && zeros.shape().equals(List.of(zeroCodes.words(out), groups)),
                    "pack-quantized");
            zero = Elements.unpacked(zeros, zeroCodes).spread(spread);
        }
        Elements weight = Elements.unpacked(packed.codes(), codes)
                .minus(zero)
                .times(Elements.of(scale).spread(spread));
        return new Weight(
                Gptq.integers(bits),
                List.of(out, in),
                weight,
                Tensor.Orientation.OUT_IN,
                "compressed-tensors pack-quantized, " + bits + " bits: scale times "
                        + (zeros == null ? "code" : "(code - zero point)"));
    }

    /** The number of bits config.json names (4 and 8 where it names none) that fits the number of words. */
    private static int bits(Packed packed, long in, long words) throws IOException {
        Set<Integer> named = new TreeSet<>();
        for (JsonNode group : packed.settings().path("config_groups")) {
            named.add(group.path("weights").path("num_bits").asInt());
        }
        List<Integer> fitting = (named.isEmpty() ? Set.of(4, 8) : named)
                .stream()
                        .filter(bits -> bits >= 1 && bits <= 8 && (in - 1) / (32 / bits) + 1 == words)
                        .toList();
        packed.check(fitting.size() == 1, "pack-quantized of " + named + " bits");
        return fitting.get(0);
    }
}
