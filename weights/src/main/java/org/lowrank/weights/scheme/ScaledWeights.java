package org.lowrank.weights.scheme;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.BlockEncoding;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Elements;
import org.lowrank.weights.tensor.ScalarEncoding;
import org.lowrank.weights.tensor.Spread;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * One number per element, times a scale: W = (q − z) · s₁ · s₂ with 8-bit floats, 8-bit integers or GGUF's blocks for q. The
 * scale s₁ is one for the tensor, per row, or per block; s₂, where there is one, is one for the tensor. Despite its name
 * {@code weight_scale_inv} is multiplied with, like the others (DeepSeek-V3's inference code, {@code weight_dequant}).
 *
 * <p>Bytes (U8) are scales only as the exponents of MXFP8, one for 32 elements of a row, 2^(b − 127) (OCP Microscaling
 * Formats, version 1.0, section 5.4.1). No other integer is.
 */
final class ScaledWeights implements Scheme {
    private static final List<String> SCALES = List.of("scale", "scale_inv", "scales");
    private static final int MX_BLOCK = 32;

    @Override
    public boolean holds(Packed packed) {
        return (packed.leaf().equals("weight") || !packed.leaf().matches("qweight|weight_packed|W_q|(.*_)?blocks"))
                ? scale(packed) != null && isNumber(packed)
                : false;
    }

    private static boolean isNumber(Packed packed) {
        DType dtype = packed.codes().dtype();
        return switch (dtype) {
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ -> true;
            case I8 -> !packed.has("scales"); // EETQ's are stored in an order of its own
            default -> BlockEncoding.of(dtype).isPresent();
        };
    }

    private static @org.jspecify.annotations.Nullable StoredTensor scale(Packed packed) {
        List<StoredTensor> found = SCALES.stream()
                .map(packed.companions()::get)
                .filter(t -> t != null)
                .toList();
        return found.size() == 1 ? found.get(0) : packed.companions().get("scale_2");
    }

    @Override
    public Set<String> roles() {
        return Set.of("scale", "scale_inv", "scales", "scale_2", "zero_point");
    }

    @Override
    public Weight weight(Packed packed) throws IOException {
        StoredTensor codes = packed.codes();
        StoredTensor scale = scale(packed);
        StoredTensor second = packed.companions().get("scale_2");
        Elements value = Elements.of(codes);
        StoredTensor zero = packed.companions().get("zero_point");
        if (scale == null || scale.dtype() == DType.OTHER) {
            throw packed.refuse("no scale is stored beside it");
        }
        List<Long> block = blocks(packed, scale);
        if (zero != null) {
            if (zero.dtype() != codes.dtype() || !blocks(packed, zero).equals(block)) {
                throw packed.refuse(zero.name() + " (" + zero.dtype() + " " + zero.shape()
                        + ") is no zero point for each of its scales");
            }
            value = value.minus(Elements.of(zero).spread(Spread.grid(codes.shape(), block)));
        }
        value = value.times(factors(packed, scale, block).spread(Spread.grid(codes.shape(), block)));
        if (second != null && !second.equals(scale)) {
            List<Long> all = blocks(packed, second);
            if (!Spread.all(codes.shape()).block().equals(all)) {
                throw packed.refuse(second.name() + " of shape " + second.shape() + " is not one second scale");
            }
            value = value.times(factors(packed, second, all).spread(Spread.grid(codes.shape(), all)));
        }
        return new Weight(codes.dtype(), codes.shape(), value, codes.orientation(), kind(codes.dtype(), scale, zero));
    }

    private static String kind(DType codes, StoredTensor scale, @org.jspecify.annotations.Nullable StoredTensor zero) {
        boolean mx = scale.dtype() == DType.U8 || scale.dtype() == DType.F8_E8M0;
        return codes + " times the scales stored beside them" + (mx ? " as exponents, 2^(b - 127)" : "")
                + (zero == null ? "" : ", zero points subtracted");
    }

    /** The scales as numbers. */
    private static Elements factors(Packed packed, StoredTensor scale, List<Long> block)
            throws MalformedWeightsException {
        boolean eightBit = packed.codes().dtype() != DType.I8;
        switch (scale.dtype()) {
            case F64, F32, F16, BF16 -> {
                return Elements.of(scale);
            }
            case F8_E8M0 -> {
                if (eightBit) {
                    return Elements.of(scale);
                }
            }
            case U8 -> {
                List<Long> shape = packed.codes().shape();
                int last = shape.size() - 1;
                boolean rowBlocks = block.subList(0, last).stream().allMatch(size -> size == 1);
                if (eightBit && scale.shape().size() == shape.size() && rowBlocks && block.get(last) == MX_BLOCK) {
                    return Elements.of(exponents(scale));
                }
            }
            default -> {
                // Refused below.
            }
        }
        throw packed.refuse(scale.name() + " (" + scale.dtype() + " " + scale.shape()
                + ") is stored beside it, which is not understood as its scale");
    }

    /** Bytes seen as E8M0. */
    static StoredTensor exponents(StoredTensor bytes) {
        return bytes.storage()
                .map(place -> new StoredTensor(
                        bytes.name(),
                        DType.F8_E8M0,
                        bytes.shape(),
                        bytes.file(),
                        bytes.storedBytes(),
                        java.util.Optional.of(new StoredTensor.Storage(
                                place.source(), place.offset(), ScalarEncoding.of(DType.F8_E8M0), place.layout())),
                        Tensor.Orientation.UNKNOWN))
                .orElse(bytes);
    }

    /** Elements along each axis that share a scale. */
    private static List<Long> blocks(Packed packed, StoredTensor factors) throws MalformedWeightsException {
        List<Long> shape = packed.codes().shape();
        List<Long> grid = new ArrayList<>(factors.shape());
        long count = grid.stream().reduce(1L, (a, b) -> a * b);
        while (grid.size() < shape.size()) {
            // One factor, or one per row: the missing dimensions are not divided.
            grid.add(count == 1 ? 0 : grid.size(), 1L);
        }
        JsonNode sizes = packed.settings().path("weight_block_size");
        List<Long> block = new ArrayList<>();
        for (int d = 0; d < shape.size(); d++) {
            int fromEnd = shape.size() - d;
            long told =
                    fromEnd <= sizes.size() ? sizes.get(sizes.size() - fromEnd).asLong() : 0;
            block.add(block(shape.get(d), grid.get(d), told));
        }
        if (grid.size() != shape.size() || block.contains(0L)) {
            throw new MalformedWeightsException(
                    Flaw.UNKNOWN,
                    "unknown scales: "
                            + packed.codes().file() + ": " + factors.name()
                            + " of shape " + factors.shape() + " for "
                            + packed.codes().name() + " of shape " + shape
                            + "; use the unquantised model");
        }
        return block;
    }

    /** Elements that share a factor, 0 where {@code blocks} of them do not make up {@code size}. */
    private static long block(long size, long blocks, long told) {
        if (blocks == 1 || blocks == size) {
            return blocks == 1 ? Math.max(1, size) : 1;
        }
        for (long candidate : new long[] {told, 128, 64, 32, 16}) {
            if (candidate > 0 && (size - 1) / candidate + 1 == blocks) {
                return candidate;
            }
        }
        return 0;
    }
}
