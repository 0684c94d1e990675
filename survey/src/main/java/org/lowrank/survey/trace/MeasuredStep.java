package org.lowrank.survey.trace;

/**
 * A checkpoint's numbers.
 *
 * @param origin the revision that was read for them: itself, or the first met with the same weights
 * @param key under which the origin's are kept
 */
record MeasuredStep(TracedRevision origin, String key, SavedStep saved) {}
