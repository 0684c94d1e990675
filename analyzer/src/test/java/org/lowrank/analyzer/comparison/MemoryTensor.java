package org.lowrank.analyzer.comparison;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.Tensor;

/** A contiguous F32 or F64 matrix in memory. */
record MemoryTensor(String name, DType dtype, int rows, int cols, double[] values) implements Tensor {
    @Override
    public List<Long> shape() {
        return List.of((long) rows, (long) cols);
    }

    @Override
    public String file() {
        return "memory";
    }

    @Override
    public long storedBytes() {
        return (long) values.length * (dtype == DType.F64 ? 8 : 4);
    }

    @Override
    public Values open() {
        return new Values() {
            @Override
            public List<StridedBlock> matrix(View view) {
                int width = dtype == DType.F64 ? 8 : 4;
                ByteBuffer data =
                        ByteBuffer.allocateDirect(values.length * width).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < values.length; i++) {
                    if (width == 8) {
                        data.putDouble(i * 8, values[i]);
                    } else {
                        data.putFloat(i * 4, (float) values[i]);
                    }
                }
                ByteBuffer from = data.position((int) view.offset() * width).slice();
                return List.of(new StridedBlock(
                        from,
                        width == 8 ? ElementType.F64 : ElementType.F32,
                        (int) view.rows(),
                        (int) view.cols(),
                        (int) view.rowStride()));
            }

            @Override
            public void close() {}
        };
    }

    /** [out, in] as stored. */
    LayerMatrix as(String matrix, int layer) {
        return new LayerMatrix(MatrixId.parse("encoder", layer, matrix), rows, cols, List.of(part(false)));
    }

    /** Stored as [in, out]. */
    LayerMatrix transposedAs(String matrix, int layer) {
        return new LayerMatrix(MatrixId.parse("encoder", layer, matrix), cols, rows, List.of(part(true)));
    }

    LayerMatrix.Part part(boolean transposed) {
        return new LayerMatrix.Part(this, List.of(View.contiguous(rows, cols)), transposed);
    }

    /** The same matrix stored the other way round. */
    MemoryTensor flipped(DType dtype) {
        double[] flipped = new double[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < cols; j++) {
                flipped[j * rows + i] = values[i * cols + j];
            }
        }
        return new MemoryTensor(name + "T", dtype, cols, rows, flipped);
    }
}
