package org.lowrank.analyzer.source.format;

import java.util.List;
import org.lowrank.analyzer.checkpoints.Format;
import org.lowrank.analyzer.tensor.DType;

class OnnxTest extends WeightFormatContract {
    @Override
    Format format() {
        return Format.ONNX;
    }

    @Override
    String title() {
        return "ONNX";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.F8_E4M3,
                DType.F8_E5M2,
                DType.F8_E4M3FNUZ,
                DType.F8_E5M2FNUZ,
                DType.F8_E8M0,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U64,
                DType.U32,
                DType.U16,
                DType.U8,
                DType.BOOL);
    }
}
