package org.lowrank.weights.scheme;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.Tensor;

/** A way of storing a weight as codes and companions that is understood to the last bit. */
sealed interface Scheme
        permits ScaledWeights,
                MxFp4Blocks,
                Gptq,
                Awq,
                PackedIntegers,
                PackedFloats,
                BitsAndBytes4,
                BitsAndBytes8,
                Mlx,
                Hqq {
    /** Whether codes with these companions are this scheme's, by names, types and shapes. */
    boolean holds(Packed packed);

    /** Roles of companions it makes use of; any other one is a refusal. */
    Set<String> roles();

    /**
     * The weight.
     *
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if shapes or settings do not fit the scheme
     */
    Weight weight(Packed packed) throws IOException;

    /**
     * A weight and how it was put together.
     *
     * @param dtype of the codes
     * @param kind the scheme in words, one line of the report
     */
    record Weight(DType dtype, List<Long> shape, Elements elements, Tensor.Orientation orientation, String kind) {
        public Weight {
            shape = List.copyOf(shape);
        }
    }
}
