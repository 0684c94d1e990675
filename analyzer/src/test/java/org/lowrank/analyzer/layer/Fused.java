package org.lowrank.analyzer.layer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fused matrices built the way each architecture lays them out, row by row. */
final class Fused {
    private Fused() {}

    static double[][] stack(double[][]... parts) {
        return Arrays.stream(parts).flatMap(Arrays::stream).toArray(double[][]::new);
    }

    /** In turn {@code rows[i]} rows of part i, until all are used up. */
    static double[][] blocks(int[] rows, double[][]... parts) {
        List<double[]> all = new ArrayList<>();
        for (int block = 0; block * rows[0] < parts[0].length; block++) {
            for (int p = 0; p < parts.length; p++) {
                all.addAll(Arrays.asList(parts[p]).subList(block * rows[p], (block + 1) * rows[p]));
            }
        }
        return all.toArray(double[][]::new);
    }

    static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    /** Columns of a and b in turn. */
    static double[][] columnsInTurn(double[][] a, double[][] b) {
        double[][] both = new double[a.length][2 * a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                both[i][2 * j] = a[i][j];
                both[i][2 * j + 1] = b[i][j];
            }
        }
        return both;
    }
}
