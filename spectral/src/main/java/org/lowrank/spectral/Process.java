package org.lowrank.spectral;

import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.lowrank.spectral.kernel.Columns;
import org.lowrank.spectral.kernel.Rounding;
import org.lowrank.spectral.kernel.RowKernel;
import org.lowrank.spectral.lanczos.Lanczos;
import org.lowrank.spectral.lanczos.SpectralBound;
import org.lowrank.spectral.matrix.Operand;
import org.lowrank.spectral.matrix.PackedMatrix;

/** One matrix on its way: the Lanczos process and what it has shown. */
final class Process {
    final Operand operand;
    private final Lanczos lanczos;
    private final SpectralBound bound;
    private final double unit;
    private final double rounding;

    Process(Operand operand, SpectralOptions options, Products products, RowKernel kernel) {
        this.operand = operand;
        this.unit = operand.unit();
        this.lanczos = new Lanczos(operand.cols(), options.seed(), kernel);
        this.rounding = Rounding.product(products.depth(operand), operand.frobeniusNorm() / unit);
        this.bound = new SpectralBound(lanczos, options.tolerance(), options.failureProbability(), rounding);
    }

    /** The vectors to be multiplied. */
    Columns x() {
        return lanczos.vectors();
    }

    /** Where AᵀA x is to be added. */
    Columns z() {
        return lanczos.product();
    }

    /** Parts may be stored at different powers of two: one unit for the whole operand. */
    double relativeScale(PackedMatrix part) {
        return part.scale / unit;
    }

    /** Takes the product in; true when it was the last. */
    boolean end() {
        lanczos.advance();
        return bound.reached() || bound.stalled();
    }

    /** The measurement; null where the iteration could not show it, or a proof that is asked for does not go through. */
    @Nullable
    SpectralMeasurement result(SpectralOptions options, @Nullable Prover prover) {
        if (bound.stalled()) {
            return null;
        }
        double frobenius = operand.frobeniusNorm();
        double eigenvalue = bound.eigenvalue();
        double norm = Math.sqrt(eigenvalue) * unit;
        // Of the square's relative error the root keeps half; the other half is margin.
        double margin = rounding / Math.sqrt(eigenvalue) + 4 * Math.ulp(1.0);
        double upper = Math.sqrt(bound.upper()) * unit;
        double failure = bound.failureProbability();
        String method = "block Lanczos, " + lanczos.steps() + " steps of " + Columns.BLOCK + " vectors";
        if (options.certify()) {
            if (prover == null) {
                return null;
            }
            if (prover.provesOnlyOneAbove(operand, bound)) {
                method +=
                        ", upper bound proven by Temple's inequality and a Cholesky factorisation in single precision";
            } else {
                OptionalDouble proven = prover.upperBound(operand, eigenvalue, options.tolerance());
                if (proven.isEmpty()) {
                    return null;
                }
                upper = proven.getAsDouble() * unit;
                method += ", upper bound proven by a Cholesky factorisation in double";
            }
            failure = 0;
        }
        return new SpectralMeasurement(
                operand.rows(),
                operand.cols(),
                frobenius,
                norm,
                norm * (1 - margin),
                Math.max(upper, norm) * (1 + margin),
                failure,
                null,
                0,
                1 + lanczos.steps(),
                method);
    }
}
