package org.lowrank.weights.checkpoints;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.lowrank.weights.tensor.DType;

/**
 * A tensor as PyTorch pickles it: a storage seen through offset, shape and strides.
 *
 * @param key of the storage
 * @param claimedElements what the persistent id says: elements, or bytes of an untyped storage
 * @param offset in elements
 * @param strides in elements
 */
public record TorchView(
        String key, DType dtype, long claimedElements, long offset, List<Long> shape, List<Long> strides) {

    /** A contiguous tensor that is its whole storage. */
    public static TorchView whole(String key, TestTensor tensor) {
        long claimed = storageName(tensor.dtype()).equals("UntypedStorage") ? tensor.data().length : tensor.elements();
        return new TorchView(key, tensor.dtype(), claimed, 0, tensor.shape(), contiguous(tensor.shape()));
    }

    /** Row-major strides, as torch computes them (a size of 0 counts as 1). */
    public static List<Long> contiguous(List<Long> shape) {
        List<Long> strides = new ArrayList<>();
        long stride = 1;
        for (int d = shape.size() - 1; d >= 0; d--) {
            strides.add(stride);
            stride *= Math.max(1, shape.get(d));
        }
        Collections.reverse(strides);
        return strides;
    }

    /** torch/storage.py: the class of a storage, UntypedStorage for the types added since 2.0. */
    static String storageName(DType dtype) {
        return switch (dtype) {
            case F64 -> "DoubleStorage";
            case F32 -> "FloatStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case I64 -> "LongStorage";
            case I32 -> "IntStorage";
            case I16 -> "ShortStorage";
            case I8 -> "CharStorage";
            case U8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
            case C64 -> "ComplexFloatStorage";
            default -> "UntypedStorage";
        };
    }

    static String dtypeName(DType dtype) {
        return switch (dtype) {
            case F8_E4M3 -> "float8_e4m3fn";
            case F8_E5M2 -> "float8_e5m2";
            case F8_E4M3FNUZ -> "float8_e4m3fnuz";
            case F8_E5M2FNUZ -> "float8_e5m2fnuz";
            case F8_E8M0 -> "float8_e8m0fnu";
            case U16 -> "uint16";
            case U32 -> "uint32";
            case U64 -> "uint64";
            default -> throw new IllegalArgumentException(dtype + " has a storage class");
        };
    }
}
