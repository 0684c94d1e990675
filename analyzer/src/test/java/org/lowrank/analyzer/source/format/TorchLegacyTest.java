package org.lowrank.analyzer.source.format;

import java.util.List;
import org.lowrank.analyzer.checkpoints.Format;
import org.lowrank.analyzer.tensor.DType;

class TorchLegacyTest extends WeightFormatContract {
    @Override
    Format format() {
        return Format.TORCH_LEGACY;
    }

    @Override
    String title() {
        return "PyTorch (before 1.6)";
    }

    @Override
    List<DType> types() {
        return List.of(
                DType.F64,
                DType.F32,
                DType.F16,
                DType.BF16,
                DType.I64,
                DType.I32,
                DType.I16,
                DType.I8,
                DType.U8,
                DType.BOOL);
    }
}
