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
 * NVFP4: bytes [..., out, in / 2] of two E2M1 numbers, the first in the low bits, an E4M3 scale for 16 of them
 * ({@code weight_scale} [..., out, in / 16]) and one F32 scale. TensorRT Model Optimizer calls the codes {@code weight} and
 * multiplies with {@code weight_scale_2}; compressed-tensors calls them {@code weight_packed} and divides by
 * {@code weight_global_scale}. Source: compressed-tensors, {@code quantized_compressors/fp4_quantized.py}; Model Optimizer,
 * {@code quantization/qtensor/nvfp4_tensor.py}.
 */
final class PackedFloats implements Scheme {
    private static final long BLOCK = 16;

    @Override
    public boolean holds(Packed packed) {
        StoredTensor scale = packed.companions().get("scale");
        return packed.codes().dtype() == DType.U8
                && (packed.leaf().equals("weight_packed") ? packed.has("global_scale") : packed.has("scale_2"))
                && scale != null
                && scale.dtype() == DType.F8_E4M3;
    }

    @Override
    public Set<String> roles() {
        return Set.of("scale", "scale_2", "global_scale");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor scale = packed.need("scale");
        boolean divided = packed.has("global_scale");
        StoredTensor global = packed.need(divided ? "global_scale" : "scale_2");
        List<Long> shape = new ArrayList<>(packed.codes().shape());
        int last = shape.size() - 1;
        long in = shape.get(last) * 2;
        shape.set(last, in);
        List<Long> grid = new ArrayList<>(shape);
        grid.set(last, in / BLOCK);
        long globals = global.shape().stream().reduce(1L, (a, b) -> a * b);
        packed.check(
                in % BLOCK == 0
                        && scale.shape().equals(grid)
                        && globals == 1
                        && global.dtype() == DType.F32
                        && !(divided && packed.has("scale_2")),
                "NVFP4");
        long elements = shape.stream().reduce(1L, Math::multiplyExact);
        PackedCodes nibbles = new PackedCodes(List.of(elements), 4, 8, 0, List.of(1L), List.of(0, 1));
        Elements one = Elements.of(global).spread(Spread.all(shape));
        Elements scaled = Elements.unpacked(packed.codes(), nibbles)
                .through(MxFp4Blocks.E2M1)
                .times(Elements.of(scale).spread(Spread.flat(elements, BLOCK)));
        return new Weight(
                DType.NVFP4,
                shape,
                divided ? scaled.over(one) : scaled.times(one),
                Tensor.Orientation.OUT_IN,
                "NVFP4: E2M1 times an E4M3 scale per 16 elements, " + (divided ? "divided by" : "times")
                        + " a scale of the matrix");
    }
}
