package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.trainer.theory.claim.CheckResult;
import org.lowrank.trainer.theory.claim.TheoryCheck;
import org.lowrank.trainer.theory.claim.TheorySettings;

/**
 * Runs checks of the paper's statements one after the other.
 *
 * <pre>{@code
 * for (CheckResult check : TheoryRun.run(List.of("lemma-3"), TheorySettings.defaults(), (done, total, name) -> {})) {
 *     check.readings().forEach(reading -> System.out.println(reading.claim().words() + ": " + reading.verdict()));
 * }
 * }</pre>
 */
public final class TheoryRun {
    private TheoryRun() {}

    /** Told before each check and once at the end. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called on the running thread.
         *
         * @param done checks finished
         * @param total checks asked for
         * @param name title of the check that starts; empty at the end
         */
        void at(int done, int total, String name);
    }

    /**
     * Runs the named checks in the paper's order. The same ids and settings give the same numbers.
     *
     * @param ids {@code lemma-1} …; empty for all
     * @throws IllegalArgumentException for an unknown name
     */
    public static List<CheckResult> run(List<String> ids, TheorySettings settings, Progress progress) {
        List<TheoryCheck> checks = TheoryCatalog.named(ids);
        List<CheckResult> results = new ArrayList<>();
        for (TheoryCheck check : checks) {
            progress.at(results.size(), checks.size(), check.title());
            results.add(check.run(settings));
        }
        progress.at(results.size(), checks.size(), "");
        return results;
    }
}
