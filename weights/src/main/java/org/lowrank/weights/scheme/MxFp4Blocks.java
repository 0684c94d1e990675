package org.lowrank.weights.scheme;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.PackedCodes;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * MXFP4 as gpt-oss stores it: {@code X_blocks} [..., out, in / 32, 16] of two E2M1 numbers a byte, the first in the low bits,
 * and {@code X_scales} [..., out, in / 32], an exponent for 32 of them: W = E2M1(q) · 2^(b − 127). The weight is
 * [..., out, in]. Source: OCP Microscaling Formats 1.0, sections 5.3.3 and 5.4.1; gpt-oss, {@code gpt_oss/torch/weights.py}.
 */
final class MxFp4Blocks implements Scheme {
    /** E2M1: one sign bit, two of exponent (bias 1), one of fraction. */
    static final double[] E2M1 = {0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6};

    private static final long BLOCK = 32;

    @Override
    public boolean holds(Packed packed) {
        return packed.leaf().endsWith("blocks") && packed.has("scales");
    }

    @Override
    public Set<String> roles() {
        return Set.of("scales");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor codes = packed.codes();
        StoredTensor scales = packed.need("scales");
        List<Long> stored = codes.shape();
        int outer = stored.size() - 2;
        packed.check(
                codes.dtype() == DType.U8
                        && scales.dtype() == DType.U8
                        && outer >= 1
                        && stored.get(outer + 1) == BLOCK / 2
                        && scales.shape().equals(stored.subList(0, outer + 1)),
                "MXFP4");
        List<Long> shape = new ArrayList<>(stored.subList(0, outer));
        shape.add(stored.get(outer) * BLOCK);
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        PackedCodes nibbles = new PackedCodes(List.of(elements), 4, 8, 0, List.of(1L), List.of(0, 1));
        Elements weight = Elements.unpacked(codes, nibbles)
                .through(E2M1)
                .times(Elements.of(ScaledWeights.exponents(scales)).spread(Spread.flat(elements, BLOCK)));
        return new Weight(
                DType.MXFP4, shape, weight, Tensor.Orientation.OUT_IN, "MXFP4: E2M1 times 2^(b - 127) per 32 elements");
    }
}
