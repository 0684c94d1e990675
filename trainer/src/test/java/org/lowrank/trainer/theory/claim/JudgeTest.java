package org.lowrank.trainer.theory.claim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.curve.CurvePoint;
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

        assertThat(verdict)
                .isEqualTo(new Verdict(
                        Outcome.HOLDS,
                        0.5,
                        new Verdict.At("a", 0, 0.1, 2),
                        new Verdict.Runs(1, 0, 0),
                        Verdict.Power.NONE));
    }

    @Test
    void firstViolatingStepIsNamed() {
        sides("a", 0, 1, 2);
        sides("a", 5, 3, 2);
        sides("a", 9, 8, 2);

        Verdict verdict = Judge.of(Claim.atMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATED);
        assertThat(verdict.at().step()).isEqualTo(5);
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
        assertThat(verdict.at().step()).isEqualTo(7);
    }

    @Test
    void atLeastIsTheOtherWayRound() {
        sides("a", 3, 3, 2);
        assertThat(Judge.of(Claim.finallyAtLeast("c", "", ""), points).outcome())
                .isEqualTo(Outcome.HOLDS);
        sides("b", 3, 1, 2);
        points.add(new CurvePoint("e", "b", 0, 0.1, 3, Evidence.MOVING, 0));
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
    void undefinedSidesDecideNothing() {
        sides("a", 0, 1, 2);
        sides("a", 1, Double.NaN, 2);

        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.UNDECIDED);
    }

    @Test
    void runsWithAnUnmetAssumptionAreNotJudged() {
        sides("a", 1, 1, 2);
        sides("b", 1, 3, 2);
        points.add(new CurvePoint("e", "b", 0, 0.1, 0, Evidence.ASSUMPTIONS_MET, 0));

        Verdict verdict = Judge.of(Claim.atMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.runs().judged()).isEqualTo(1);
        assertThat(verdict.runs().excluded()).isEqualTo(1);
    }

    @Test
    void nothingIsJudgedWithoutARunThatMeetsTheAssumptions() {
        sides("b", 1, 3, 2);
        points.add(new CurvePoint("e", "b", 0, 0.1, 0, Evidence.ASSUMPTIONS_MET, 0));

        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.ASSUMPTION_NOT_MET);
    }

    /** 0.9 and 0.5 change by far more than one part in a thousand: the limit may still be reached. */
    @Test
    void limitThatIsApproachedIsNotDecided() {
        sides("a", 1, 0.9, 1e-6);
        sides("a", 2, 0.5, 1e-6);
        sides("a", 3, 0.1, 1e-6);

        Verdict verdict = Judge.of(Claim.finallyAtMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(verdict.runs()).isEqualTo(new Verdict.Runs(1, 1, 0));
        assertThat(verdict.power().start()).isEqualTo(0.9);
    }

    @Test
    void limitIsMissedWhereEverythingRests() {
        sides("a", 1, 0.9, 1e-6);
        sides("a", 2, 0.5, 1e-6);
        sides("a", 3, 0.5001, 1e-6);
        sides("a", 4, 0.5002, 1e-6);

        assertThat(Judge.of(Claim.finallyAtMost("c", "", ""), points).outcome()).isEqualTo(Outcome.VIOLATED);
    }

    @Test
    void runThatStillMovesMissesNoLimit() {
        sides("a", 2, 0.5, 1e-6);
        sides("a", 3, 0.5, 1e-6);
        sides("a", 4, 0.5, 1e-6);
        points.add(new CurvePoint("e", "a", 0, 0.1, 4, Evidence.MOVING, 0.01));

        assertThat(Judge.of(Claim.finallyAtMost("c", "", ""), points).outcome()).isEqualTo(Outcome.UNDECIDED);
    }

    /** At the start both sides are often the same by construction: a run that got no further says nothing. */
    @Test
    void equalityAtTheStartAloneIsNotDecided() {
        sides("a", 0, 1, 1);
        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.UNDECIDED);
        sides("a", 1, 1, 2);
        assertThat(Judge.of(Claim.atMost("c", "", ""), points).outcome()).isEqualTo(Outcome.HOLDS);
    }

    /** A run cut short after one record, or two, has not been seen to rest. */
    @Test
    void oneOrTwoRecordsMissNoLimit() {
        sides("a", 2, 0.5, 1e-6);
        sides("b", 2, 0.5, 1e-6);
        sides("b", 3, 0.5, 1e-6);

        Verdict verdict = Judge.of(Claim.finallyAtMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(verdict.runs()).isEqualTo(new Verdict.Runs(2, 2, 0));
    }

    @Test
    void violationInOneRunOutweighsWhatIsNotDecidedInAnother() {
        sides("a", 1, 0.9, 0.1);
        sides("a", 2, 0.8, 0.1);
        sides("b", 2, 0.5, 0.1);
        points.add(new CurvePoint("e", "b", 0, 0.1, 2, Evidence.MOVING, 0)); // at rest by construction

        Verdict verdict = Judge.of(Claim.finallyAtMost("c", "", ""), points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATED);
        assertThat(verdict.margin()).isCloseTo(-0.8, within(1e-15)); // of b, though a lacks more: (0.1 − 0.5)/0.5
    }

    private void anyWeights(Claim claim, String condition, long step, double value) {
        points.add(new CurvePoint("e", condition, 0, 0.1, step, claim.trivial(), value));
    }

    @Test
    void boundThatAnyWeightsSatisfyIsVacuous() {
        Claim claim = Claim.atMost("c", "", "");
        sides("a", 1, 1, 8);
        anyWeights(claim, "a", 1, 4); // 8/4
        sides("a", 2, 1, 9);
        anyWeights(claim, "a", 2, 6); // 9/6

        Verdict verdict = Judge.of(claim, points);

        assertThat(verdict.outcome()).isEqualTo(Outcome.HOLDS);
        assertThat(verdict.power().sharpness()).isCloseTo(1.5, within(1e-15));
        assertThat(verdict.isVacuous()).isTrue();
        sides("a", 3, 1, 2);
        anyWeights(claim, "a", 3, 6);
        assertThat(Judge.of(claim, points).isVacuous()).isFalse();
    }

    @Test
    void lowerBoundBelowTheFloorIsVacuous() {
        Claim claim = Claim.finallyAtLeast("c", "", "");
        sides("a", 1, 0.9, 0.3);
        anyWeights(claim, "a", 1, 0.5);
        assertThat(Judge.of(claim, points).isVacuous()).isTrue();
        sides("b", 1, 0.9, 0.6);
        anyWeights(claim, "b", 1, 0.5);
        assertThat(Judge.of(claim, points).isVacuous()).isFalse();
    }

    /** Both sides cross 0 as differences of terms of size 1: 1e-9 apart is equal to 1e-6, though 1e-9 is all there is. */
    @Test
    void equalityIsRelativeToTheTermsThatCancel() {
        Claim claim = Claim.equal("c", "", "", 1e-6);
        sides("a", 1, 1e-9, -1e-9);
        anyWeights(claim, "a", 1, 1);

        assertThat(Judge.of(claim, points).outcome()).isEqualTo(Outcome.HOLDS);
    }
}
