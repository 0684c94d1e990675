package org.lowrank.weights.scheme;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
 * bitsandbytes 4 bit: the weight's elements row by row, two a byte, the first in the high bits; {@code quant_map}, what each
 * of the 16 codes stands for (NF4 or FP4); {@code absmax}, a factor for {@code blocksize} elements. With double quantisation
 * absmax is itself stored as bytes: absmax = nested_quant_map[code] · nested_absmax[block of nested_blocksize] +
 * nested_offset. Shape, block sizes and offset are JSON text in {@code quant_state.bitsandbytes__nf4} (or fp4). W =
 * quant_map[q] · absmax, each operation in single precision as bitsandbytes' kernels compute it. Source: bitsandbytes, {@code functional.py} ({@code QuantState}), and Dettmers et al. 2023
 * (arXiv:2305.14314).
 */
final class BitsAndBytes4 implements Scheme {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STATE = "quant_state.bitsandbytes__";

    @Override
    public boolean holds(Packed packed) {
        return packed.has("absmax", "quant_map") && (packed.has(STATE + "nf4") || packed.has(STATE + "fp4"));
    }

    @Override
    public Set<String> roles() {
        return Set.of("absmax", "quant_map", "nested_absmax", "nested_quant_map", STATE + "nf4", STATE + "fp4");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        String type = packed.has(STATE + "nf4") ? "nf4" : "fp4";
        JsonNode state = state(packed, packed.need(STATE + type));
        List<Long> shape = new ArrayList<>();
        state.path("shape").forEach(size -> shape.add(size.asLong()));
        long block = state.path("blocksize").asLong();
        StoredTensor bytes = packed.codes().asBytes().orElseThrow(() -> packed.refuse("its bytes do not lie together"));
        long elements = shape.stream().reduce(1L, (a, b) -> a * b);
        StoredTensor absmax = packed.need("absmax");
        boolean fits = shape.size() >= 2
                && shape.stream().allMatch(size -> size > 0 && size < 1L << 31)
                && block > 0
                && (elements + 1) / 2 == bytes.storedBytes()
                && count(absmax) == (elements - 1) / block + 1
                && count(packed.need("quant_map")) == 16
                && state.path("quant_type").asText(type).equals(type);
        packed.check(fits, "bitsandbytes 4 bit of " + shape + " in blocks of " + block);
        boolean nested = packed.has("nested_absmax");
        PackedCodes nibbles = new PackedCodes(List.of(elements), 4, 8, 0, List.of(1L), List.of(1, 0));
        Elements weight = Elements.unpacked(bytes, nibbles)
                .through(packed.need("quant_map"))
                .times((nested ? nested(packed, absmax, state) : Elements.of(absmax))
                        .spread(Spread.flat(elements, block)))
                .inSingle();
        return new Weight(
                type.equals("nf4") ? DType.NF4 : DType.FP4,
                shape,
                weight,
                Tensor.Orientation.UNKNOWN,
                "bitsandbytes " + (type.equals("nf4") ? "NF4" : "FP4") + ": table value times absmax per " + block
                        + " elements" + (nested ? ", absmax quantised too" : ""));
    }

    private static Elements nested(Packed packed, StoredTensor absmax, JsonNode state) throws IOException {
        StoredTensor factors = packed.need("nested_absmax");
        long block = state.path("nested_blocksize").asLong();
        long codes = count(absmax);
        packed.check(
                absmax.dtype() == DType.U8
                        && block > 0
                        && count(factors) == (codes - 1) / block + 1
                        && count(packed.need("nested_quant_map")) == 256
                        && state.path("nested_offset").isNumber(),
                "bitsandbytes' double quantisation");
        return Elements.of(absmax)
                .through(packed.need("nested_quant_map"))
                .times(Elements.of(factors).spread(Spread.flat(codes, block)))
                .inSingle()
                .plus(Elements.constant(state.path("nested_offset").floatValue()))
                .inSingle();
    }

    private static JsonNode state(Packed packed, StoredTensor tensor) throws IOException {
        double[] content = packed.content(tensor);
        byte[] text = new byte[content.length];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) content[i];
        }
        try {
            JsonNode state = JSON.readTree(new String(text, StandardCharsets.UTF_8));
            if (state != null && state.isObject()) {
                return state;
            }
        } catch (JsonProcessingException e) {
            // Refused below.
        }
        throw packed.refuse(tensor.name() + " is not the JSON text bitsandbytes writes");
    }

    private static long count(StoredTensor tensor) {
        return tensor.shape().stream().reduce(1L, Math::multiplyExact);
    }
}
