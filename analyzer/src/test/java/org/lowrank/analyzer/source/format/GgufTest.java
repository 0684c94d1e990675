package org.lowrank.analyzer.source.format;

import java.util.List;
import org.lowrank.analyzer.checkpoints.Format;
import org.lowrank.analyzer.tensor.DType;

class GgufTest extends WeightFormatContract {
    @Override
    Format format() {
        return Format.GGUF;
    }

    @Override
    String title() {
        return "GGUF";
    }

    @Override
    List<DType> types() {
        return List.of(DType.F64, DType.F32, DType.F16, DType.BF16, DType.I64, DType.I32, DType.I16, DType.I8);
    }
}
