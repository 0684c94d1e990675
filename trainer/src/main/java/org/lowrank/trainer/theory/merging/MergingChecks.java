package org.lowrank.trainer.theory.merging;

import java.util.List;
import org.lowrank.trainer.theory.claim.TheoryCheck;

/** The checks of merging linear, shallow and deep ReLU networks. */
public final class MergingChecks {
    private MergingChecks() {}

    /** Section 5's example, Lemmas 5, 7 and 8, Corollaries 1 and 2, Theorem 2. */
    public static List<TheoryCheck> all() {
        return List.of(
                new Section5(),
                new Lemma5(),
                new Corollary1(),
                new Theorem2(),
                new Lemma7(),
                new Lemma8(),
                new Corollary2());
    }
}
