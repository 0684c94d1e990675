package org.lowrank.trainer.theory.linear;

import java.util.List;
import org.lowrank.trainer.theory.claim.TheoryCheck;

/** The checks of deep linear networks. */
public final class LinearChecks {
    private LinearChecks() {}

    /** Theorems 1, 3 and 4 and Lemma 6. */
    public static List<TheoryCheck> all() {
        return List.of(new Theorem1(), new Theorem3(), new Theorem4(), new Lemma6());
    }
}
