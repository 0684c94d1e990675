package org.lowrank.analyzer.source.format;

import java.nio.ByteBuffer;

/**
 * Elements times the scale stored beside them: one scale, one per row, or one per block of rows and columns.
 *
 * @param elements decodes the unscaled elements
 * @param cols columns of the matrix
 * @param scales row-major grid of scales
 * @param scaleCols columns of that grid
 * @param blockRows rows that share a scale
 * @param blockCols columns that share a scale
 */
record ScaledDecoder(ElementDecoder elements, long cols, float[] scales, int scaleCols, long blockRows, long blockCols)
        implements ElementDecoder {
    @Override
    public void decode(ByteBuffer bytes, long first, int count, float[] out) {
        elements.decode(bytes, first, count, out);
        for (int i = 0; i < count; i++) {
            long row = (first + i) / cols;
            long col = (first + i) % cols;
            out[i] *= scales[Math.toIntExact(row / blockRows * scaleCols + col / blockCols)];
        }
    }
}
