package org.lowrank.weights.scheme;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * bitsandbytes 8 bit (LLM.int8()): {@code weight} I8 [out, in] and {@code SCB} [out], the largest magnitude of each row:
 * W[o, i] = q[o, i] · SCB[o] / 127. {@code weight_format} 0 is the plain order of rows, the only one read. Source:
 * bitsandbytes, {@code functional.py} ({@code int8_vectorwise_dequant}) and {@code nn/modules.py} ({@code Linear8bitLt}).
 */
final class BitsAndBytes8 implements Scheme {
    @Override
    public boolean holds(Packed packed) {
        return packed.codes().dtype() == DType.I8 && packed.has("SCB");
    }

    @Override
    public Set<String> roles() {
        return Set.of("SCB", "format", "weight_format");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        List<Long> shape = packed.codes().shape();
        StoredTensor largest = packed.need("SCB");
        packed.check(shape.size() == 2 && largest.shape().equals(List.of(shape.get(0))), "bitsandbytes 8 bit");
        StoredTensor format = packed.companions().get("format");
        if (format != null && !java.util.Arrays.equals(packed.content(format), new double[] {0})) {
            throw packed.refuse(format.name() + " says its elements are stored in an order for one kind of hardware");
        }
        Spread perRow = Spread.grid(shape, List.of(1L, shape.get(1)));
        Elements weight = Elements.of(packed.codes())
                .times(Elements.of(largest).spread(perRow))
                .over(Elements.constant(127));
        return new Weight(
                DType.I8,
                shape,
                weight,
                Tensor.Orientation.UNKNOWN,
                "bitsandbytes 8 bit: code times SCB of its row / 127");
    }
}
