package org.lowrank.spectral;

import java.util.OptionalDouble;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.algebra.NativeGram;
import org.lowrank.spectral.lanczos.Certificate;
import org.lowrank.spectral.lanczos.SpectralBound;
import org.lowrank.spectral.matrix.Operand;

/** Proofs for a few matrices that share their parts: in single precision where that is enough, else in double. */
final class Prover implements AutoCloseable {
    private final NativeGram single;
    private final NativeGram exact;

    Prover(NativeAlgebra algebra) {
        single = NativeGram.single(algebra);
        exact = NativeGram.exact(algebra);
    }

    NativeGram exact() {
        return exact;
    }

    /** The bound of the process made certain, with the least work: half the products' time of {@link #upperBound}. */
    boolean provesOnlyOneAbove(Operand operand, SpectralBound bound) {
        return operand.fitsFloats() && Certificate.onlyOneAbove(single, operand, bound.threshold(), bound.vector());
    }

    OptionalDouble upperBound(Operand operand, double eigenvalue, double tolerance) {
        return Certificate.upperBound(exact, operand, eigenvalue, tolerance);
    }

    @Override
    public void close() {
        single.close();
        exact.close();
    }
}
