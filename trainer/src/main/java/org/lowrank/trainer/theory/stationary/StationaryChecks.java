package org.lowrank.trainer.theory.stationary;

import java.util.List;
import org.lowrank.trainer.theory.claim.TheoryCheck;

/** The checks of Section 4. */
public final class StationaryChecks {
    private StationaryChecks() {}

    /** Lemmas 1 to 4. */
    public static List<TheoryCheck> all() {
        return List.of(new Lemma1(), new Lemma2(), new Lemma3(), new Lemma4());
    }
}
