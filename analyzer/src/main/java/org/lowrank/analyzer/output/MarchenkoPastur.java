package org.lowrank.analyzer.output;

import java.util.Arrays;
import org.lowrank.reports.Report.Series;
import org.lowrank.reports.Report.Style;

/**
 * The Marchenko–Pastur law for singular values: for an r × c matrix with i.i.d. entries of variance s² and β = min/max of
 * r and c, the density of y = σ/(s√max) is √((b² − y²)(y² − a²)) / (πβy) on [a, b], a = 1 − √β, b = 1 + √β (Marchenko and
 * Pastur 1967).
 */
final class MarchenkoPastur {
    private static final int GRID = 4000;

    private MarchenkoPastur() {}

    /**
     * The curve σ over the edge s(√r + √c), against the share of singular values that are larger.
     *
     * @param shares where, ascending in (0, 1)
     */
    static Series curve(String name, long rows, long cols, double[] shares) {
        double beta = (double) Math.min(rows, cols) / Math.max(rows, cols);
        double a = 1 - Math.sqrt(beta);
        double b = 1 + Math.sqrt(beta);
        double[] y = new double[shares.length];
        double step = (b - a) / GRID;
        double larger = 0;
        int p = 0;
        for (int i = 0; i < GRID && p < shares.length; i++) {
            double value = b - (i + 0.5) * step;
            larger += density(value, a, b, beta) * step;
            for (; p < shares.length && larger >= shares[p]; p++) {
                y[p] = value / b;
            }
        }
        Arrays.fill(y, p, y.length, Math.max(a, 0.5 * step) / b);
        return new Series(name, shares.clone(), y, null, Style.DOTTED);
    }

    /**
     * What the k largest singular values of a random matrix hold.
     *
     * @param energy their share of Σσ²
     * @param next σ_{k+1} over σ_1
     */
    record Head(double energy, double next) {
        static Head of(long rows, long cols, int k) {
            double shorter = Math.min(rows, cols);
            double beta = shorter / Math.max(rows, cols);
            double a = 1 - Math.sqrt(beta);
            double b = 1 + Math.sqrt(beta);
            double step = (b - a) / GRID;
            double larger = 0;
            double held = 0;
            double whole = 0;
            double next = b;
            for (int i = 0; i < GRID; i++) {
                double value = b - (i + 0.5) * step;
                double mass = density(value, a, b, beta) * step;
                boolean inside = larger + mass / 2 < k / shorter;
                larger += mass;
                whole += mass * value * value;
                held += inside ? mass * value * value : 0;
                next = inside ? value : next;
            }
            return k >= shorter ? new Head(1, 0) : new Head(held / whole, next / b);
        }
    }

    /** Density of y, 0 outside [a, b]. */
    static double density(double y, double a, double b, double beta) {
        double product = (b * b - y * y) * (y * y - a * a);
        return product <= 0 ? 0 : Math.sqrt(product) / (Math.PI * beta * y);
    }
}
