package org.lowrank.trainer.theory.claim;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.lowrank.trainer.output.CurvePoint;

/**
 * Everything one check found.
 *
 * @param id {@code lemma-4}
 * @param title its name in the paper
 * @param statement in words
 * @param formula of the statement
 * @param conditions the statement's assumptions, in words
 * @param timePerStep gradient-flow time of one step; 1 where steps are those of gradient descent
 * @param readings the paper's own first, then others
 * @param assumptions as measured, a row per run
 * @param points both sides of each reading over time, and other measurements; {@code experiment} is the id
 * @param findings in words with numbers
 */
public record CheckResult(
        String id,
        String title,
        String statement,
        String formula,
        List<String> conditions,
        double timePerStep,
        List<Reading> readings,
        List<Assumption> assumptions,
        List<CurvePoint> points,
        List<String> findings) {
    /** Verdict on the statement as printed. */
    @JsonIgnore
    public Verdict verdict() {
        return readings.get(0).verdict();
    }
}
