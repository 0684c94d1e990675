package org.lowrank.trainer.theory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.lowrank.trainer.theory.claim.TheoryCheck;
import org.lowrank.trainer.theory.linear.LinearChecks;
import org.lowrank.trainer.theory.merging.MergingChecks;
import org.lowrank.trainer.theory.stationary.StationaryChecks;

/** All checks, in the paper's order. */
public final class TheoryCatalog {
    private static final List<String> ORDER = List.of(
            "lemma-1",
            "lemma-2",
            "lemma-3",
            "lemma-4",
            "section-5",
            "lemma-5",
            "corollary-1",
            "theorem-1",
            "theorem-2",
            "theorem-3",
            "theorem-4",
            "lemma-6",
            "lemma-7",
            "lemma-8",
            "corollary-2");

    private TheoryCatalog() {}

    /** Every check, in the paper's order. */
    public static List<TheoryCheck> all() {
        List<TheoryCheck> checks = new ArrayList<>(StationaryChecks.all());
        checks.addAll(LinearChecks.all());
        checks.addAll(MergingChecks.all());
        Map<String, TheoryCheck> byId = checks.stream()
                .collect(Collectors.toMap(TheoryCheck::id, Function.identity(), (a, b) -> a, TreeMap::new));
        return ORDER.stream().map(id -> require(byId, id)).toList();
    }

    /**
     * The named checks, in the paper's order; all for an empty list.
     *
     * @throws IllegalArgumentException for an unknown name, listing the valid ones
     */
    public static List<TheoryCheck> named(List<String> ids) {
        for (String id : ids) {
            if (!ORDER.contains(id)) {
                throw new IllegalArgumentException(
                        "theory: " + id + ": no such result; valid names are " + String.join(", ", ORDER));
            }
        }
        return all().stream()
                .filter(check -> ids.isEmpty() || ids.contains(check.id()))
                .toList();
    }

    private static TheoryCheck require(Map<String, TheoryCheck> byId, String id) {
        TheoryCheck check = byId.get(id);
        if (check == null) {
            throw new IllegalStateException("no check " + id);
        }
        return check;
    }
}
