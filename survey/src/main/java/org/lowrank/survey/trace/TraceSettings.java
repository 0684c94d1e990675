package org.lowrank.survey.trace;

/**
 * How a run is traced.
 *
 * @param distances which distances between checkpoints are measured
 * @param again measure again what was measured before
 */
public record TraceSettings(Distances distances, boolean again) {
    /** All distances; what was measured before counts. */
    public static final TraceSettings DEFAULT = new TraceSettings(Distances.ALL, false);

    /** Which distances between checkpoints are measured. */
    public enum Distances {
        /** From each to the one before, and to the last; a new last one makes all be read again. */
        ALL,
        /** From each to the one before. */
        STEPS,
        /** None. */
        NONE
    }
}
