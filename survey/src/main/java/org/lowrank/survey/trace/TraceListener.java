package org.lowrank.survey.trace;

import java.util.List;
import org.lowrank.analyzer.output.AnalysisResult;

/** Told how far a trace is. Called from several threads where it says so. */
public interface TraceListener {
    /** Tells nobody. */
    TraceListener NONE = new TraceListener() {};

    /** A checkpoint is next. */
    default void begins(TracedRevision revision, int number, int of) {}

    /** A matrix of it is measured; from any thread. */
    default void measured(TracedRevision revision, int done, int total) {}

    /**
     * A checkpoint is measured.
     *
     * @param reused what an earlier run kept
     * @param warnings what a reader should know
     */
    default void ends(TracedRevision revision, boolean reused, List<AnalysisResult.Warning> warnings) {}

    /** A checkpoint has the weights of another one, and is not measured again. */
    default void duplicate(TracedRevision revision, TracedRevision of) {}

    /** A checkpoint cannot be measured; the others can. */
    default void failed(TracedRevision revision, Throwable reason) {}
}
