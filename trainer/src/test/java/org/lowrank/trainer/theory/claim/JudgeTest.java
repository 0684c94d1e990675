package org.lowrank.trainer.theory.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.output.CurvePoint;
import org.lowrank.trainer.theory.claim.Verdict.Outcome;

class JudgeTest {
    private final List<CurvePoint> points = new ArrayList<>();

    private void sides(String condition, long step, double left, double right) {
        points.add(new CurvePoint("e", condition, 0, 0.1, step, "c: lhs", left));
        points.add(new CurvePoint("e", condition, 0, 0.1, step, "c: rhs", right));
    }

    @Test
    void marginIsTheSmallestRelativeSlackAfterTheStart() {
        sides("a", 0, 1, 1);
        sides("a", 1, 1, 4); // slack (4 − 1)/4
        sides("a", 2, 1, 2); // slack (2 − 1)/2

        Verdict verdict = Judge.of(Claim.atMost("c", "", ""), points);

        assertThat(verdict).isEqualTo(new Verdict(Outcome.HOLDS, 0.5, "a", 0, 0.1, 2, 1, 0));
    }

    @Test
    void firstViolatingStepIsNamed() {
        sides("a", 0, 1, 2);
        sides("a", 5, 3, 2);
        sides("a", 9, 8, 2);

        Verdict verdict = Judge.of(Claim.atMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATED);
        assertThat(verdict.step()).isEqualTo(5);
        assertThat(verdict.margin()).isEqualTo(-0.75); // (2 − 8)/8
    }

    @Test
    void violationAtTheStartCounts() {
        sides("a", 0, 3, 2);
        sides("a", 1, 1, 2);

        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void limitsAreJudgedAtTheLastStepOnly() {
        sides("a", 0, 3, 2);
        sides("a", 7, 1, 2);

        Verdict verdict = Judge.of(Claim.finallyAtMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.step()).isEqualTo(7);
    }

    @Test
    void atLeastIsTheOtherWayRound() {
        sides("a", 3, 3, 2);
        assertThat(Judge.of(Claim.finallyAtLeast("c", "", ""), points).outcome())
                .isEqualTo(Outcome.HOLDS);
        sides("b", 3, 1, 2);
        assertThat(Judge.of(Claim.finallyAtLeast("c", "", ""), points).outcome())
                .isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void equalityAllowsItsToleranceAndNoMore() {
        sides("a", 0, 1, 1);
        sides("a", 1, 1, 1 + 1e-7);
        assertThat(Judge.of(Claim.equal("c", "", "", 1e-6), points).outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(Judge.of(Claim.equal("c", "", "", 1e-8), points).outcome()).isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void logarithmsAreComparedByDifference() {
        Claim claim = Claim.atMost("c", "", "").inLogarithms();
        sides("a", 0, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY); // 0 ≤ 0
        sides("a", 1, 2000, 2003); // both sides overflow as doubles
        assertThat(Judge.of(claim, points).margin()).isCloseTo(3, within(1e-12));
        sides("a", 2, 2000, 1999);
        assertThat(Judge.of(claim, points).outcome()).isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void undefinedSidesDoNotHold() {
        sides("a", 0, 1, 2);
        sides("a", 1, Double.NaN, 2);

        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void runsWithAnUnmetAssumptionAreNotJudged() {
        sides("a", 1, 1, 2);
        sides("b", 1, 3, 2);
        points.add(new CurvePoint("e", "b", 0, 0.1, 0, Recorder.ASSUMPTIONS_MET, 0));

        Verdict verdict = Judge.of(Claim.atMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.runs()).isEqualTo(1);
        assertThat(verdict.excluded()).isEqualTo(1);
    }

    @Test
    void nothingIsJudgedWithoutARunThatMeetsTheAssumptions() {
        sides("b", 1, 3, 2);
        points.add(new CurvePoint("e", "b", 0, 0.1, 0, Recorder.ASSUMPTIONS_MET, 0));

        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.ASSUMPTION_NOT_MET);
    }
}
