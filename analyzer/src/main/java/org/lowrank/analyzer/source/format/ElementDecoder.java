package org.lowrank.analyzer.source.format;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.spectral.ElementType;

/** Elements of a stored tensor as floats. */
@FunctionalInterface
interface ElementDecoder {
    /**
     * Decodes elements [first, first + count).
     *
     * @param bytes the tensor's bytes, little-endian, from its first element
     */
    void decode(ByteBuffer bytes, long first, int count, float[] out);

    /** The type kernels read in place, or null where elements must be decoded. */
    static @Nullable ElementType inPlace(DType dtype) {
        return switch (dtype) {
            case F64 -> ElementType.F64;
            case F32 -> ElementType.F32;
            case F16 -> ElementType.F16;
            case BF16 -> ElementType.BF16;
            default -> null;
        };
    }

    /** Bits of one element; 0 for block-quantised types. */
    static int bits(DType dtype) {
        return switch (dtype) {
            case F64, I64, U64, C64 -> 64;
            case F32, I32, U32 -> 32;
            case F16, BF16, I16, U16 -> 16;
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, I8, U8, BOOL -> 8;
            case F6_E2M3, F6_E3M2 -> 6;
            case F4 -> 4;
            default -> 0;
        };
    }

    /** A decoder for types of at most float precision, or null where values are no plain numbers. */
    static @Nullable ElementDecoder of(DType dtype) {
        return switch (dtype) {
            case F32 ->
                (bytes, first, count, out) -> {
                    for (int i = 0; i < count; i++) {
                        out[i] = bytes.getFloat(Math.toIntExact((first + i) * 4));
                    }
                };
            case BF16 ->
                (bytes, first, count, out) -> {
                    for (int i = 0; i < count; i++) {
                        out[i] = Float.intBitsToFloat(bytes.getShort(Math.toIntExact((first + i) * 2)) << 16);
                    }
                };
            case F16 ->
                (bytes, first, count, out) -> {
                    for (int i = 0; i < count; i++) {
                        out[i] = SmallFloats.half(bytes.getShort(Math.toIntExact((first + i) * 2)));
                    }
                };
            case F8_E4M3 -> table(SmallFloats.E4M3FN);
            case F8_E5M2 -> table(SmallFloats.E5M2);
            case F8_E4M3FNUZ -> table(SmallFloats.E4M3FNUZ);
            case F8_E5M2FNUZ -> table(SmallFloats.E5M2FNUZ);
            case F8_E8M0 -> table(SmallFloats.E8M0);
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K -> GgufBlocks.decoder(dtype);
            default -> null;
        };
    }

    private static ElementDecoder table(float[] values) {
        return (bytes, first, count, out) -> {
            for (int i = 0; i < count; i++) {
                out[i] = values[bytes.get(Math.toIntExact(first + i)) & 0xff];
            }
        };
    }
}
