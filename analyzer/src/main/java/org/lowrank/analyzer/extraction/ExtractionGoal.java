package org.lowrank.analyzer.extraction;

import java.util.Locale;

/**
 * How large the rank of a matrix may or must be. By the theorem of Eckart and Young the leading k singular triplets are the best
 * approximation of rank k, with ‖ΔW − BA‖_2 = σ_{k+1} and ‖ΔW − BA‖_F² = Σ_{i>k} σ_i².
 *
 * @param kind what is bounded
 * @param value the bound: a rank; a share of ‖ΔW‖_F² that is kept; an error relative to ‖ΔW‖_2
 * @param mostRank no matrix gets a larger rank
 */
public record ExtractionGoal(Kind kind, double value, int mostRank) {
    /** The rank used where none is said to be the most. */
    public static final int DEFAULT_MOST_RANK = 256;

    /** What is bounded. */
    public enum Kind {
        RANK,
        ENERGY,
        ERROR
    }

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException in one line if a value is out of range
     */
    public ExtractionGoal {
        boolean good = switch (kind) {
            case RANK -> value >= 1 && value <= 1 << 16 && value == Math.rint(value);
            case ENERGY -> value > 0 && value < 1;
            case ERROR -> value > 0 && value < 1;
        };
        if (!good || mostRank < 1) {
            String option = kind.name().toLowerCase(Locale.ROOT);
            throw new IllegalArgumentException("--" + option + ": " + value + ", at most " + mostRank + ": "
                    + (kind == Kind.RANK ? "not a rank from 1 to 65536" : "not between 0 and 1")
                    + (kind == Kind.RANK ? "; give for instance 16" : "; give for instance 0.9"));
        }
    }

    /** A rank for every matrix, less where its own is less. */
    public static ExtractionGoal rank(int rank) {
        return new ExtractionGoal(Kind.RANK, rank, rank);
    }

    /** The directions to compute first. */
    int first() {
        return kind == Kind.RANK ? (int) value : Math.min(8, mostRank);
    }

    /**
     * The least rank that reaches the goal, −1 where more singular values are needed to tell.
     *
     * @param values the leading singular values
     * @param next bound of the one after them
     * @param squaredFrobeniusNorm Σ of all σ²
     */
    int sufficient(double[] values, double next, double squaredFrobeniusNorm) {
        if (kind == Kind.RANK) {
            return (int) Math.min(value, values.length);
        }
        double kept = 0;
        for (int k = 0; k < values.length; k++) {
            kept += values[k] * values[k];
            double beyond = k + 1 < values.length ? values[k + 1] : next;
            boolean reached = kind == Kind.ENERGY ? kept >= value * squaredFrobeniusNorm : beyond <= value * values[0];
            if (reached) {
                return k + 1;
            }
        }
        return -1;
    }

    /** Whether what was measured of the written factors reaches the goal. */
    boolean reached(double frobenius, double spectral, double errorFrobenius, double errorSpectral) {
        return switch (kind) {
            case RANK -> true;
            case ENERGY -> errorFrobenius * errorFrobenius <= (1 - value) * frobenius * frobenius;
            case ERROR -> errorSpectral <= value * spectral;
        };
    }
}
