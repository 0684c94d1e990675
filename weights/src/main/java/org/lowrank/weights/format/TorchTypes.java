package org.lowrank.weights.format;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.lowrank.weights.tensor.DType;

/** Names of PyTorch's storage classes and dtypes (torch/storage.py). */
final class TorchTypes {
    private static final Map<String, DType> STORAGES = Map.ofEntries(
            Map.entry("torch.DoubleStorage", DType.F64),
            Map.entry("torch.FloatStorage", DType.F32),
            Map.entry("torch.HalfStorage", DType.F16),
            Map.entry("torch.BFloat16Storage", DType.BF16),
            Map.entry("torch.LongStorage", DType.I64),
            Map.entry("torch.IntStorage", DType.I32),
            Map.entry("torch.ShortStorage", DType.I16),
            Map.entry("torch.CharStorage", DType.I8),
            Map.entry("torch.ByteStorage", DType.U8),
            Map.entry("torch.BoolStorage", DType.BOOL),
            Map.entry("torch.ComplexFloatStorage", DType.C64),
            Map.entry("torch.ComplexDoubleStorage", DType.OTHER),
            Map.entry("torch.QInt8Storage", DType.OTHER),
            Map.entry("torch.QUInt8Storage", DType.OTHER),
            Map.entry("torch.QInt32Storage", DType.OTHER),
            Map.entry("torch.storage.UntypedStorage", DType.U8),
            Map.entry("torch.UntypedStorage", DType.U8));

    private static final Map<String, DType> DTYPES = Map.ofEntries(
            Map.entry("torch.float64", DType.F64),
            Map.entry("torch.float32", DType.F32),
            Map.entry("torch.float16", DType.F16),
            Map.entry("torch.bfloat16", DType.BF16),
            Map.entry("torch.float8_e4m3fn", DType.F8_E4M3),
            Map.entry("torch.float8_e5m2", DType.F8_E5M2),
            Map.entry("torch.float8_e4m3fnuz", DType.F8_E4M3FNUZ),
            Map.entry("torch.float8_e5m2fnuz", DType.F8_E5M2FNUZ),
            Map.entry("torch.float8_e8m0fnu", DType.F8_E8M0),
            Map.entry("torch.int64", DType.I64),
            Map.entry("torch.int32", DType.I32),
            Map.entry("torch.int16", DType.I16),
            Map.entry("torch.int8", DType.I8),
            Map.entry("torch.uint8", DType.U8),
            Map.entry("torch.uint16", DType.U16),
            Map.entry("torch.uint32", DType.U32),
            Map.entry("torch.uint64", DType.U64),
            Map.entry("torch.complex64", DType.C64),
            Map.entry("torch.complex32", DType.OTHER),
            Map.entry("torch.complex128", DType.OTHER),
            Map.entry("torch.float4_e2m1fn_x2", DType.OTHER),
            Map.entry("torch.bool", DType.BOOL));

    private TorchTypes() {}

    static @Nullable DType ofStorage(String name) {
        return STORAGES.get(name);
    }

    static @Nullable DType ofDtype(String name) {
        return DTYPES.get(name);
    }
}
