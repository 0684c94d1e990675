package org.lowrank.trainer.theory.merging;

import java.util.List;
import org.lowrank.trainer.theory.claim.TheoryCheck;

/** The checks of merging linear, shallow and deep ReLU networks. */
public final class MergingChecks {
    private MergingChecks() {}

    /** Section 5's example, Lemmas 5 and 7, Corollary 1. */
    public static List<TheoryCheck> all() {
        return List.of(new Section5(), new Lemma5(), new Corollary1(), new Lemma7());
    }
}
