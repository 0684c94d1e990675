package org.lowrank.weights.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.lowrank.machine.memory.ElementType;

/**
 * ggml's quantised blocks, decoded in single precision in ggml's order of operations. Source: ggml's
 * {@code dequantize_row_*} and gguf-py's {@code quants.py}.
 */
public enum BlockEncoding implements Encoding {
    Q4_0(DType.Q4_0, 32, 18, (in, at, out) -> nibbles(in, at + 2, out, SmallFloats.f16(in.getShort(at)), -8, 0)),
    Q4_1(
            DType.Q4_1,
            32,
            20,
            (in, at, out) -> nibbles(
                    in, at + 4, out, SmallFloats.f16(in.getShort(at)), 0, SmallFloats.f16(in.getShort(at + 2)))),
    Q5_0(
            DType.Q5_0,
            32,
            22,
            (in, at, out) -> fiveBits(in, at + 6, in.getInt(at + 2), out, SmallFloats.f16(in.getShort(at)), -16, 0)),
    Q5_1(
            DType.Q5_1,
            32,
            24,
            (in, at, out) -> fiveBits(
                    in,
                    at + 8,
                    in.getInt(at + 4),
                    out,
                    SmallFloats.f16(in.getShort(at)),
                    0,
                    SmallFloats.f16(in.getShort(at + 2)))),
    Q8_0(DType.Q8_0, 32, 34, BlockEncoding::eightBits),
    Q2_K(DType.Q2_K, 256, 84, KQuants::q2),
    Q3_K(DType.Q3_K, 256, 110, KQuants::q3),
    Q4_K(DType.Q4_K, 256, 144, KQuants::q4),
    Q5_K(DType.Q5_K, 256, 176, KQuants::q5),
    Q6_K(DType.Q6_K, 256, 210, KQuants::q6),
    IQ1_S(DType.IQ1_S, 256, 50, CodebookQuants::iq1s),
    IQ1_M(DType.IQ1_M, 256, 56, CodebookQuants::iq1m),
    IQ2_XXS(DType.IQ2_XXS, 256, 66, CodebookQuants::iq2xxs),
    IQ2_XS(DType.IQ2_XS, 256, 74, CodebookQuants::iq2xs),
    IQ2_S(DType.IQ2_S, 256, 82, CodebookQuants::iq2s),
    IQ3_XXS(DType.IQ3_XXS, 256, 98, CodebookQuants::iq3xxs),
    IQ3_S(DType.IQ3_S, 256, 110, CodebookQuants::iq3s),
    IQ4_NL(DType.IQ4_NL, 32, 18, TableQuants::iq4nl),
    IQ4_XS(DType.IQ4_XS, 256, 136, TableQuants::iq4xs),
    MXFP4(DType.MXFP4, 32, 17, TableQuants::mxfp4),
    NVFP4(DType.NVFP4, 64, 36, TableQuants::nvfp4),
    TQ1_0(DType.TQ1_0, 256, 54, TernaryQuants::tq1),
    TQ2_0(DType.TQ2_0, 256, 66, TernaryQuants::tq2),
    Q1_0(DType.Q1_0, 128, 18, TernaryQuants::q1);

    private final DType dtype;
    private final int elements;
    private final int bytes;
    private final BlockDecoder decoder;

    BlockEncoding(DType dtype, int elements, int bytes, BlockDecoder decoder) {
        this.dtype = dtype;
        this.elements = elements;
        this.bytes = bytes;
        this.decoder = decoder;
    }

    /** The encoding of a quantised type, empty where it is none that is decoded. */
    public static Optional<BlockEncoding> of(DType dtype) {
        return Arrays.stream(values())
                .filter(encoding -> encoding.dtype == dtype)
                .findFirst();
    }

    @Override
    public int elementsPerBlock() {
        return elements;
    }

    @Override
    public int bytesPerBlock() {
        return bytes;
    }

    @Override
    public ElementType decodedType() {
        return ElementType.F32;
    }

    @Override
    public Optional<ElementType> inPlaceType() {
        return Optional.empty();
    }

    @Override
    public void decode(ByteBuffer stored, long first, long step, int count, double[] out, int at) {
        float[] block = new float[elements];
        long current = -1;
        for (int i = 0; i < count; i++) {
            long element = first + i * step;
            if (element / elements != current) {
                current = element / elements;
                decoder.decode(stored, Math.toIntExact(current * bytes), block);
            }
            out[at + i] = block[(int) (element % elements)];
        }
    }

    private static void nibbles(ByteBuffer in, int at, float[] out, float scale, int zero, float minimum) {
        for (int i = 0; i < 16; i++) {
            int pair = in.get(at + i);
            out[i] = scale * ((pair & 15) + zero) + minimum;
            out[i + 16] = scale * (((pair >> 4) & 15) + zero) + minimum;
        }
    }

    private static void fiveBits(ByteBuffer in, int at, int fifth, float[] out, float scale, int zero, float minimum) {
        for (int i = 0; i < 16; i++) {
            int pair = in.get(at + i);
            int low = (pair & 15) | (((fifth >>> i) & 1) << 4);
            int high = ((pair >> 4) & 15) | (((fifth >>> (i + 16)) & 1) << 4);
            out[i] = scale * (low + zero) + minimum;
            out[i + 16] = scale * (high + zero) + minimum;
        }
    }

    private static void eightBits(ByteBuffer in, int at, float[] out) {
        float scale = SmallFloats.f16(in.getShort(at));
        for (int i = 0; i < 32; i++) {
            out[i] = scale * in.get(at + 2 + i);
        }
    }

    /** Decodes the block at byte {@code at}. */
    @FunctionalInterface
    interface BlockDecoder {
        void decode(ByteBuffer in, int at, float[] out);
    }
}
