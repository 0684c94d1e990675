package org.lowrank.trainer.theory.merging;

import org.lowrank.reports.NumberText;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.flow.Activation;
import org.lowrank.trainer.theory.flow.Effort;
import org.lowrank.trainer.theory.flow.GradientFlow;
import org.lowrank.trainer.theory.flow.Network;
import org.lowrank.trainer.theory.flow.OneNeuron;

/**
 * Corollary 2's infimum for one neuron a layer and one point a task, e_1 and e_2, where it is known which λ attains it. Both networks
 * start with all weights 1.2, which then stay equal: dr/dt = r (λ(r) − λ) with λ(r) as of a {@link OneNeuron}. A λ that has a point of
 * rest other than 0 keeps r(t) between 1.2 and the larger one, r, so that γ_k = min(1.2, r); any other takes r(t) to 0, which leaves no γ_k > 0.
 * And r(t) falls with λ, so that the infimum over Λ(t) lies at its largest λ, which is that of the smallest r with λ(r) γ_k > √(C/t).
 */
record CollapseEdge(int layers, int k, Effort effort) {
    private static final double START = 1.2;
    /** So long that at the largest λ, where the way to rest goes like 1/t, less than the thousandth that counts as rest is left. */
    private static final double HORIZON = 40_000;

    private Network network() {
        return OneNeuron.network(Activation.RELU, layers);
    }

    private double loss() {
        return network().loss(new OneNeuron(START, layers).theta(0), OneNeuron.sample(0));
    }

    private double innerProduct(double[] theta, double[] primed) {
        return network().activations(theta, OneNeuron.sample(0).inputs()[0])[k][0]
                * network().activations(primed, OneNeuron.sample(1).inputs()[0])[k][0];
    }

    /** The point of rest of the largest λ in Λ(t), where √(C/t) is {@code threshold}; NaN where Λ(t) is empty. */
    private double largest(double threshold) {
        double low = OneNeuron.edge(layers).r();
        double high = OneNeuron.crest(layers - 1, layers).r(); // λ(r) r rises up to there
        if (!admitted(high, threshold)) {
            return Double.NaN;
        }
        if (admitted(low, threshold)) {
            return low;
        }
        for (int i = 0; i < 100; i++) {
            double middle = (low + high) / 2;
            if (admitted(middle, threshold)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return high;
    }

    private boolean admitted(double r, double threshold) {
        return new OneNeuron(r, layers).lambda() * Math.min(START, r) > threshold;
    }

    /** inf over Λ(t) of ⟨h_k, h′_k⟩; NaN where Λ(t) is empty, or the effort does not reach t. */
    double infimum(double time) {
        double r = largest(Math.sqrt(loss() / time));
        if (Double.isNaN(r)) {
            return Double.NaN;
        }
        double lambda = new OneNeuron(r, layers).lambda();
        double[][] own = flow(0, lambda, time);
        double[][] other = flow(1, lambda, time);
        return own.length < 2 || other.length < 2 ? Double.NaN : innerProduct(own[1], other[1]);
    }

    /** Both sides over time; where the infimum stays, in words, if Λ(t) was ever not empty. */
    String record(Claim claim, double share, Evidence evidence) {
        Evidence.Run run = evidence.run("one neuron K=" + layers + " k=" + k, 0, Double.NaN);
        OneNeuron start = new OneNeuron(START, layers);
        double limit = share * innerProduct(start.theta(0), start.theta(1));
        double before = Double.NaN;
        double after = Double.NaN;
        long last = 0;
        for (long step : RecordedSteps.logarithmic(Math.round(HORIZON / Steps.FLOW), 28)) {
            double infimum = infimum(step * Steps.FLOW);
            if (!Double.isNaN(infimum)) {
                before = after;
                after = infimum;
                last = step;
                run.sides(claim, step, after, limit);
            }
        }
        if (Double.isNaN(after)) {
            return "";
        }
        run.moving(last, Double.isNaN(before) ? 1 : Math.abs(Math.log(after / before)));
        OneNeuron edge = OneNeuron.edge(layers);
        return "One neuron a layer, K = " + layers + ", layer " + k + ": with each λ's own γ_k the infimum is "
                + NumberText.of(after) + " at time " + NumberText.significant(last * Steps.FLOW, 2)
                + (edge.r() > 0
                        ? ", and at no time below " + NumberText.of(Math.pow(edge.r(), 2 * k)) + ": above λ = "
                                + NumberText.of(edge.lambda()) + " weights are lost at once."
                        : "; it tends to 0 like 1/t.");
    }

    private double[][] flow(int axis, double lambda, double time) {
        return GradientFlow.solve(
                network(),
                OneNeuron.sample(axis),
                lambda,
                new OneNeuron(START, layers).theta(axis),
                new double[] {0, time},
                effort);
    }
}
