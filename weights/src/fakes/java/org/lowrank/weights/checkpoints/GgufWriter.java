package org.lowrank.weights.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.lowrank.weights.tensor.DType;

/** GGUF version 3 (ggml docs/gguf.md). */
public final class GgufWriter {
    private static final int ALIGNMENT = 32;

    private GgufWriter() {}

    /** Tensors of an architecture that says nothing else. */
    public static byte[] bytes(Map<String, TestTensor> tensors) {
        return bytes(tensors, Map.of("general.architecture", "test"));
    }

    /**
     * Tensors and key values.
     *
     * @param metadata values are String, Integer (u32), Long (u64), Float (f32), Boolean, or a List of one of these
     */
    public static byte[] bytes(Map<String, TestTensor> tensors, Map<String, ?> metadata) {
        ByteSink out = new ByteSink().text("GGUF").u32(3).u64(tensors.size()).u64(metadata.size());
        metadata.forEach((key, value) -> {
            text(out, key);
            out.u32(type(value));
            value(out, value);
        });
        ByteSink data = new ByteSink();
        tensors.forEach((name, tensor) -> {
            text(out, name);
            out.u32(tensor.shape().size());
            for (int d = tensor.shape().size() - 1; d >= 0; d--) {
                out.u64(tensor.shape().get(d)); // innermost first
            }
            data.align(ALIGNMENT);
            out.u32(type(tensor.dtype())).u64(data.size());
            data.bytes(tensor.data());
        });
        return out.align(ALIGNMENT).bytes(data.align(ALIGNMENT).toByteArray()).toByteArray();
    }

    private static void text(ByteSink out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.u64(bytes.length).bytes(bytes);
    }

    private static int type(Object value) {
        if (value instanceof Integer) {
            return 4;
        }
        if (value instanceof Float) {
            return 6;
        }
        if (value instanceof Boolean) {
            return 7;
        }
        if (value instanceof String) {
            return 8;
        }
        if (value instanceof List<?>) {
            return 9;
        }
        if (value instanceof Long) {
            return 10;
        }
        throw new IllegalArgumentException("no GGUF type for " + value);
    }

    private static void value(ByteSink out, Object value) {
        if (value instanceof Integer number) {
            out.u32(number);
        } else if (value instanceof Float number) {
            out.u32(Float.floatToIntBits(number));
        } else if (value instanceof Boolean flag) {
            out.u8(flag ? 1 : 0);
        } else if (value instanceof String string) {
            text(out, string);
        } else if (value instanceof Long number) {
            out.u64(number);
        } else if (value instanceof List<?> list) {
            out.u32(list.isEmpty() ? 4 : type(list.get(0))).u64(list.size());
            list.forEach(item -> value(out, item));
        }
    }

    /** ggml_type. */
    public static int type(DType dtype) {
        return switch (dtype) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q5_0 -> 6;
            case Q5_1 -> 7;
            case Q8_0 -> 8;
            case Q2_K -> 10;
            case Q3_K -> 11;
            case Q4_K -> 12;
            case Q5_K -> 13;
            case Q6_K -> 14;
            case IQ2_XXS -> 16;
            case IQ2_XS -> 17;
            case IQ3_XXS -> 18;
            case IQ1_S -> 19;
            case IQ3_S -> 21;
            case IQ2_S -> 22;
            case IQ1_M -> 29;
            case IQ4_NL -> 20;
            case IQ4_XS -> 23;
            case I8 -> 24;
            case I16 -> 25;
            case I32 -> 26;
            case I64 -> 27;
            case F64 -> 28;
            case BF16 -> 30;
            case TQ1_0 -> 34;
            case TQ2_0 -> 35;
            case MXFP4 -> 39;
            case NVFP4 -> 40;
            case Q1_0 -> 41;
            default -> throw new IllegalArgumentException("GGUF has no " + dtype);
        };
    }
}
