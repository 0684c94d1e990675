package org.lowrank.spectral;

import java.util.List;
import org.lowrank.spectral.StoredMatrix.Axis;

/** One packed matrix, or several seen as one. */
record Operand(List<PackedMatrix> parts, Axis axis) {
    int rows() {
        return axis == Axis.ROWS ? parts.stream().mapToInt(p -> p.rows).sum() : parts.get(0).rows;
    }

    int cols() {
        return axis == Axis.ROWS
                ? parts.get(0).cols
                : parts.stream().mapToInt(p -> p.cols).sum();
    }

    int shortSide() {
        return Math.min(rows(), cols());
    }

    /** Lengths of the pieces of a vector on the column side. */
    int[] widths() {
        return axis == Axis.ROWS
                ? new int[] {parts.get(0).cols}
                : parts.stream().mapToInt(p -> p.cols).toArray();
    }

    /** The largest power of two at which a part is stored, over the parts that are not zero. */
    double unit() {
        return parts.stream()
                .filter(p -> p.squaredFrobeniusNorm > 0)
                .mapToDouble(p -> p.scale)
                .max()
                .orElse(1);
    }

    double frobeniusNorm() {
        double unit = unit();
        CompensatedSum squares = new CompensatedSum();
        for (PackedMatrix part : parts) {
            double factor = part.scale / unit;
            squares.add(part.squaredFrobeniusNorm * factor * factor);
        }
        return Math.sqrt(squares.value()) * unit;
    }

    /** All entries as doubles, row-major. */
    double[] dense() {
        int rows = rows();
        int cols = cols();
        double[] entries = new double[Math.multiplyExact(rows, cols)];
        int rowOffset = 0;
        int colOffset = 0;
        for (PackedMatrix part : parts) {
            for (int i = 0; i < part.rows; i++) {
                int at = (rowOffset + i) * cols + colOffset;
                part.decode(part.chunk(i), part.offset(i), entries, at, part.cols);
                for (int j = 0; j < part.cols; j++) {
                    entries[at + j] *= part.scale;
                }
            }
            if (axis == Axis.ROWS) {
                rowOffset += part.rows;
            } else {
                colOffset += part.cols;
            }
        }
        return entries;
    }
}
