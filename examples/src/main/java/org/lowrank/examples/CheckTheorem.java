package org.lowrank.examples;

import java.util.List;
import org.lowrank.trainer.theory.TheoryRun;
import org.lowrank.trainer.theory.claim.TheorySettings;

/** Runs one numerical check of the paper: {@code CheckTheorem lemma-3}. */
public final class CheckTheorem {
    private CheckTheorem() {}

    /** Runs it. */
    public static void main(String[] args) {
        TheoryRun.run(List.of(args[0]), TheorySettings.defaults(), (done, total, name) -> {})
                .forEach(check -> check.readings()
                        .forEach(reading -> System.out.println(reading.claim().words() + ": "
                                + reading.verdict().outcome())));
    }
}
