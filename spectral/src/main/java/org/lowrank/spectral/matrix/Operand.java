package org.lowrank.spectral.matrix;

import java.util.List;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.spectral.kernel.CompensatedSum;
import org.lowrank.spectral.kernel.Sums;
import org.lowrank.spectral.matrix.StoredMatrix.Axis;

/** One packed matrix, or several seen as one. */
public record Operand(List<PackedMatrix> parts, Axis axis) {
    public int rows() {
        return axis == Axis.ROWS ? parts.stream().mapToInt(p -> p.rows).sum() : parts.get(0).rows;
    }

    public int cols() {
        return axis == Axis.ROWS
                ? parts.get(0).cols
                : parts.stream().mapToInt(p -> p.cols).sum();
    }

    public int shortSide() {
        return Math.min(rows(), cols());
    }

    /** Where a part's columns begin in a vector on the column side. */
    public int columnOffset(PackedMatrix part) {
        return axis == Axis.ROWS
                ? 0
                : parts.subList(0, parts.indexOf(part)).stream()
                        .mapToInt(p -> p.cols)
                        .sum();
    }

    /** The largest power of two at which a part is stored, over the parts that are not zero. */
    public double unit() {
        return parts.stream()
                .filter(p -> p.squaredFrobeniusNorm > 0)
                .mapToDouble(p -> p.scale)
                .max()
                .orElse(1);
    }

    public double frobeniusNorm() {
        double unit = unit();
        CompensatedSum squares = new CompensatedSum();
        for (PackedMatrix part : parts) {
            double factor = part.scale / unit;
            squares.add(part.squaredFrobeniusNorm * factor * factor);
        }
        return Math.sqrt(squares.value()) * unit;
    }

    /** Elements [from, from + count) of a row of the whole, in its unit. */
    public void decode(int row, int from, int count, double[] to) {
        int rowOffset = 0;
        int colOffset = 0;
        double unit = unit();
        for (PackedMatrix part : parts) {
            boolean along = axis == Axis.ROWS;
            int local = along ? row - rowOffset : row;
            int first = along ? from : Math.max(0, from - colOffset);
            int last = along ? from + count : Math.min(part.cols, from + count - colOffset);
            if (local >= 0 && local < part.rows && first < last) {
                int at = along ? 0 : colOffset + first - from;
                part.decode(part.chunk(local), part.offset(local) + first, to, at, last - first);
                double factor = part.scale / unit;
                if (factor != 1) {
                    for (int j = 0; j < last - first; j++) {
                        to[at + j] *= factor;
                    }
                }
            }
            if (along) {
                rowOffset += part.rows;
            } else {
                colOffset += part.cols;
            }
        }
    }

    /** A v, in the unit. */
    public double[] times(double[] v) {
        double[] product = new double[rows()];
        double[] row = new double[cols()];
        for (int i = 0; i < product.length; i++) {
            decode(i, 0, row.length, row);
            product[i] = Sums.dot(row, 0, v, 0, row.length);
        }
        return product;
    }

    /** Whether every element is stored in at most single precision. */
    public boolean fitsFloats() {
        return parts.stream().noneMatch(part -> part.type == ElementType.F64);
    }

    /** All entries as doubles, row-major, in the unit. */
    public double[] dense() {
        int rows = rows();
        int cols = cols();
        double[] entries = new double[Math.multiplyExact(rows, cols)];
        double[] row = new double[cols];
        for (int i = 0; i < rows; i++) {
            decode(i, 0, cols, row);
            System.arraycopy(row, 0, entries, i * cols, cols);
        }
        return entries;
    }
}
