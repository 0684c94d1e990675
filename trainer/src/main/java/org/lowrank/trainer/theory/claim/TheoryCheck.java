package org.lowrank.trainer.theory.claim;

import java.util.List;

/** A numbered result of the paper that can be run. */
public interface TheoryCheck {
    /** {@code lemma-1} … {@code theorem-4}, {@code section-5}. */
    String id();

    /** Its name in the paper. */
    String title();

    /** In words. */
    String statement();

    /** As a formula. */
    String formula();

    /** Its assumptions, in words. */
    List<String> assumptions();

    /** Trains what the statement assumes, records both sides over time, and judges them. */
    CheckResult run(TheorySettings settings);
}
