package org.lowrank.analyzer.extraction;

/**
 * One matrix of an extracted adapter. Errors are those of the factors as they are written, in F32, against ΔW in double.
 *
 * @param target path of its module
 * @param rows output dimension
 * @param cols input dimension
 * @param rank of BA; 0 where ΔW is zero and nothing is written
 * @param frobeniusNorm ‖ΔW‖_F
 * @param spectralNorm ‖ΔW‖_2
 * @param error of BA
 * @param note what a reader should know, may be empty
 */
public record ExtractedMatrix(
        String target,
        long rows,
        long cols,
        int rank,
        double frobeniusNorm,
        double spectralNorm,
        Error error,
        String note) {
    /**
     * ΔW − BA.
     *
     * @param frobeniusNorm ‖ΔW − BA‖_F
     * @param spectralNormLower proven ≤ ‖ΔW − BA‖_2
     * @param spectralNormUpper ≥ ‖ΔW − BA‖_2 except with the next component's probability
     * @param upperFailureProbability over the random start; 0 where proven
     */
    public record Error(
            double frobeniusNorm, double spectralNormLower, double spectralNormUpper, double upperFailureProbability) {
        /** Nothing is lost. */
        static final Error NONE = new Error(0, 0, 0, 0);
    }

    /** Share of ‖ΔW‖_F² that BA holds, 1 for the zero matrix. */
    public double energy() {
        double share = frobeniusNorm == 0 ? 0 : error.frobeniusNorm() / frobeniusNorm;
        return 1 - share * share;
    }

    /** ‖ΔW − BA‖_F/‖ΔW‖_F, 0 for the zero matrix. */
    public double relativeFrobeniusError() {
        return frobeniusNorm == 0 ? 0 : error.frobeniusNorm() / frobeniusNorm;
    }

    /** The bound of ‖ΔW − BA‖_2 over ‖ΔW‖_2, 0 for the zero matrix. */
    public double relativeSpectralError() {
        return spectralNorm == 0 ? 0 : error.spectralNormUpper() / spectralNorm;
    }
}
