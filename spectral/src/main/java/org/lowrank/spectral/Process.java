package org.lowrank.spectral;

import java.util.Arrays;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** One matrix on its way: the Lanczos process, then one more pass for ‖Av‖. */
final class Process {
    final Operand operand;
    private final Lanczos lanczos;
    private final double tolerance;
    private final double unit;
    private final double[][] x;
    private final double[][] z;
    private double innerSquares;
    private boolean last;
    private int passes = 1;

    Process(Operand operand, SpectralOptions options, RowKernel kernel) {
        this.operand = operand;
        this.lanczos =
                new Lanczos(operand.cols(), options.seed(), options.tolerance(), options.failureProbability(), kernel);
        this.tolerance = options.tolerance();
        this.unit = operand.unit();
        int[] widths = operand.widths();
        x = new double[widths.length][];
        z = new double[widths.length][];
        for (int p = 0; p < widths.length; p++) {
            x[p] = new double[widths[p]];
            z[p] = new double[widths[p]];
        }
    }

    void begin() {
        double[] q = last ? lanczos.ritzVector() : lanczos.vector();
        innerSquares = 0;
        for (int p = 0, at = 0; p < x.length; at += x[p].length, p++) {
            System.arraycopy(q, at, x[p], 0, x[p].length);
            Arrays.fill(z[p], 0);
        }
    }

    double[] x(int part) {
        return x[part];
    }

    double[] z(int part) {
        return z[part];
    }

    /** Parts may be stored at different powers of two: one unit for the whole operand. */
    double relativeScale(PackedMatrix part) {
        return part.scale / unit;
    }

    /** Takes the product in; true when the last pass is done. */
    boolean end() {
        passes++;
        double[] product = new double[operand.cols()];
        for (int p = 0, at = 0; p < z.length; at += z[p].length, p++) {
            System.arraycopy(z[p], 0, product, at, z[p].length);
        }
        if (last) {
            // vᵀ(AᵀAv) = ‖Av‖² for the Ritz vector v.
            double[] v = new double[operand.cols()];
            for (int p = 0, at = 0; p < x.length; at += x[p].length, p++) {
                System.arraycopy(x[p], 0, v, at, x[p].length);
            }
            innerSquares = Sums.dot(v, 0, product, 0, v.length) / Sums.squares(v, v.length);
            return true;
        }
        lanczos.advance(product);
        last = lanczos.done();
        return false;
    }

    /** The measurement; null where a proof is asked for that does not go through. */
    @Nullable
    SpectralMeasurement result(SpectralOptions options, @Nullable NativeGram grams) {
        double frobenius = operand.frobeniusNorm();
        double norm = Math.sqrt(innerSquares) * unit;
        double rounding = Rounding.gram(operand.rows(), operand.cols(), frobenius, norm);
        double upper = Math.sqrt(lanczos.upperSquared()) * unit * (1 + rounding);
        double failure = lanczos.failureProbability();
        String method = "Lanczos, " + lanczos.steps() + " steps";
        if (options.certify()) {
            OptionalDouble proven = grams == null
                    ? OptionalDouble.empty()
                    : Certificate.upperBound(grams, operand, innerSquares, tolerance);
            if (proven.isEmpty()) {
                return null;
            }
            upper = proven.getAsDouble() * unit;
            failure = 0;
            method += ", upper bound proven by a Cholesky factorisation";
        }
        double lower = norm * (1 - rounding);
        return new SpectralMeasurement(
                operand.rows(),
                operand.cols(),
                frobenius,
                norm,
                lower,
                Math.max(upper, norm * (1 + rounding)),
                failure,
                null,
                0,
                passes,
                method);
    }
}
