package org.lowrank.trainer.theory.claim;

import java.util.ArrayList;
import java.util.List;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.curve.CurvePoint;

/** Collects the points of a check, run by run. */
public final class Evidence {
    /** Metric that is 0 where a run did not meet an assumption. */
    public static final String ASSUMPTIONS_MET = "assumptions met";

    /** Metric of how much a run's parameters still change, relative, between its last two records. */
    static final String MOVING = "change of θ between the last records";

    private final String experiment;
    private final Mutation mutation;
    private final List<CurvePoint> points = new ArrayList<>();
    private final List<Assumption> assumptions = new ArrayList<>();

    Evidence(String experiment, Mutation mutation) {
        this.experiment = experiment;
        this.mutation = mutation;
    }

    /** 1, or −1 in a test that mutates the term which the check's comment names. */
    public double sign() {
        return mutation.sign();
    }

    /** The run of one condition, draw and λ. */
    public Run run(String condition, int draw, double lambda) {
        return new Run(condition, draw, lambda);
    }

    List<CurvePoint> points() {
        return points;
    }

    List<Assumption> assumptions() {
        return assumptions;
    }

    /** One training run. */
    public final class Run {
        private final String condition;
        private final int draw;
        private final double lambda;

        private Run(String condition, int draw, double lambda) {
            this.condition = condition;
            this.draw = draw;
            this.lambda = lambda;
        }

        /** Both sides of a claim at a step, on the claim's scale. */
        public void sides(Claim claim, long step, double left, double right) {
            metric(claim.left(), step, left);
            double wrong = claim.scale() == Claim.Scale.LOGARITHM
                    ? right + Math.log(mutation.factor())
                    : right * mutation.factor();
            metric(claim.right(), step, wrong);
        }

        /** The same with what any weights of these norms satisfy in place of the right side. */
        public void sides(Claim claim, long step, double left, double right, double trivial) {
            sides(claim, step, left, right);
            metric(claim.trivial(), step, trivial);
        }

        /** How much the parameters still change at the end: no limit is missed by a run that is on its way. */
        public void moving(long step, double change) {
            metric(MOVING, step, change);
        }

        /** Any other number. */
        public void metric(String name, long step, double value) {
            points.add(new CurvePoint(experiment, condition, draw, lambda, step, name, value));
        }

        /** An assumption as measured; {@code text} says what has to be true of the number. */
        public void assume(String name, String text, double measured, boolean satisfied) {
            assumptions.add(new Assumption(name, text, condition, draw, lambda, measured, satisfied));
            metric("assumption: " + name, 0, measured);
            if (!satisfied) {
                metric(ASSUMPTIONS_MET, 0, 0);
            }
        }

        /** An assumption that a number is at most a limit. */
        public void assumeAtMost(String name, double measured, double limit) {
            assume(name, "≤ " + NumberText.significant(limit, 2), measured, measured <= limit);
        }

        /** An assumption that a number is positive. */
        public void assumePositive(String name, double measured) {
            assume(name, "> 0", measured, measured > 0);
        }
    }
}
