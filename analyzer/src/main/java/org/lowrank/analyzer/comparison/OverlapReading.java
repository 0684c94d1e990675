package org.lowrank.analyzer.comparison;

import org.lowrank.reports.finding.Verdict;

/**
 * What the overlap of two leading spaces says.
 *
 * @param verdict about being nearly orthogonal
 */
record OverlapReading(Verdict verdict, String statement) {
    /**
     * Narrow matrices come first: where independent spaces overlap by half or more, only equal ones can be told.
     *
     * @param overlap in [0, 1]
     * @param random of independent uniformly random spaces, √(k/d)
     */
    static OverlapReading of(double overlap, double random) {
        boolean apart = overlap > (1 + random) / 2;
        if (overlap >= 0.9 && apart) {
            return new OverlapReading(Verdict.INFORMATION, "The two read the same leading directions");
        }
        if (random >= 0.5) {
            return new OverlapReading(
                    Verdict.UNDECIDED, "The matrices are too narrow to tell whether the two read other directions");
        }
        if (overlap < random / 2) {
            return new OverlapReading(Verdict.HOLDS, "The two read directions more orthogonal than random ones");
        }
        if (overlap <= 2 * random && !apart) {
            return new OverlapReading(
                    Verdict.INDISTINGUISHABLE, "The two read nearly orthogonal directions, as random ones are");
        }
        return new OverlapReading(Verdict.INFORMATION, "The directions the two read overlap in part");
    }
}
