package org.lowrank.trainer.theory.merging;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.lowrank.reports.NumberText;
import org.lowrank.trainer.theory.claim.Check;
import org.lowrank.trainer.theory.claim.Claim;
import org.lowrank.trainer.theory.claim.Evidence;
import org.lowrank.trainer.theory.claim.Steps;
import org.lowrank.trainer.theory.claim.TheorySettings;

/** Orthogonality of activations in the limit, over admissible weight decays. */
final class Corollary2 extends Check {
    private static final double HORIZON = 4000;
    private static final double VANISHED = 1e-3;
    private static final double RESTED = 1e-3;
    private static final int BISECTIONS = 8;
    /** Records between the two searched times: a factor of about 18 in time. */
    private static final int EARLIER = 6;

    private static final String INFIMUM =
            "inf_{λ∈Λ(t)} ⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ ≤ 10⁻³ of its start, at the last step";
    private static final Claim REQUIRED = Claim.finallyAtMost(
            "γ_k required",
            "γ_k one constant, half of what the smallest λ has; the infimum searched over those λ of Λ(t) whose networks meet Lemma 8's"
                    + " condition on it, as those that collapse do not",
            INFIMUM);
    private static final Claim BOUND = Claim.atLeast(
                    "γ_k required, bound",
                    "the argument: with a shared active neuron no such inner product passes below γ_1², at any time and for any λ",
                    "inf_{λ∈Λ(t)} ⟨h_1(x; θ(t)), h_1(x′; θ′(t))⟩ ≥ γ_1² ‖x‖‖x′‖")
            .ours();
    private static final Claim OWN = Claim.finallyAtMost(
            "γ_k of each λ",
            "for each λ the smallest activation measured with it, which may tend to 0 with λ at the edge of collapse; the infimum"
                    + " searched over λ",
            INFIMUM);
    private static final Claim ONE_NEURON = Claim.finallyAtMost(
            "one neuron, γ_k of each λ",
            "the same with one neuron a layer and one point a task, where it is known which λ attains the infimum: from K = 3 on weights"
                    + " jump to 0 at the edge of collapse, and every λ with a γ_k > 0 keeps them above the jump",
            INFIMUM);
    private static final Claim FIXED = Claim.finallyAtMost(
                    "γ_k not required",
                    "γ_k a constant, that of the smallest λ, asked of no other: then Λ(t) also contains decays under which the networks"
                            + " collapse to 0, and the infimum vanishes for that reason",
                    INFIMUM)
            .ours();

    Corollary2() {
        super(new Statement(
                "corollary-2",
                "Corollary 2 (activations become orthogonal)",
                "Under Lemma 8's conditions and weight decays above √(C/t)/γ_k, the inner product of the two networks'"
                        + " activations vanishes in the limit.",
                "lim_{t→∞} inf_{λ∈Λ(t)} ⟨h_k(x; θ(t)), h_k(x′; θ′(t))⟩ = 0, Λ(t) = {λ ∈ [0, 1]: λ > √(C/t)/γ_k}",
                List.of("those of Lemma 8", "Λ(t) is not empty"),
                Steps.FLOW,
                List.of(REQUIRED, OWN, ONE_NEURON, BOUND, FIXED)));
    }

    /** A mutation of the sign takes the supremum over Λ(t) for the infimum. */
    @Override
    protected List<String> measure(TheorySettings settings, Evidence evidence) {
        List<String> findings = new ArrayList<>();
        for (int depth : settings.depthsOr(2, 3)) {
            for (int k : layers(depth)) {
                findings.add(new CollapseEdge(depth, k, settings.effort()).record(ONE_NEURON, VANISHED, evidence));
            }
            for (int draw = 0; draw < settings.draws(); draw++) {
                NavigableMap<Double, ReluPair> pairs = new TreeMap<>();
                for (int k : layers(depth)) {
                    Search search = new Search(depth, draw, k, settings, pairs);
                    settings.lambdasOr(0.05, 0.1, 0.15, 0.2, 0.5, 1.0).forEach(search::pair);
                    double required = search.smallest().smallestActivationUntil(search.last(), k) / 2;
                    search.edge(pair -> search.admittedByOwn(pair, search.last()));
                    search.edge(pair -> search.admittedByOwn(pair, search.early()));
                    search.edge(pair -> search.admittedByRequired(pair, search.last(), required));
                    Evidence.Run run = evidence.run("shared neurons K=" + depth + " k=" + k, draw, Double.NaN);
                    search.record(required, run, evidence.sign());
                    search.recordOwn(
                            evidence.run("shared neurons K=" + depth + " k=" + k + ", own γ", draw, Double.NaN),
                            evidence.sign());
                    if (draw == 0) {
                        findings.add(search.trend());
                    }
                }
            }
        }
        findings.removeIf(String::isEmpty);
        return findings;
    }

    /** The first and the last hidden layer. */
    private static int[] layers(int depth) {
        return IntStream.of(1, depth - 1)
                .filter(k -> k >= 1 && k < depth)
                .distinct()
                .toArray();
    }

    /** Pairs of networks by λ, added where the infimum may lie. */
    private record Search(int depth, int draw, int k, TheorySettings settings, NavigableMap<Double, ReluPair> pairs) {
        ReluPair pair(double lambda) {
            return pairs.computeIfAbsent(
                    lambda, key -> ReluPair.of(ReluPair.Start.SHARED, depth, key, HORIZON, draw, settings));
        }

        ReluPair smallest() {
            return pairs.firstEntry().getValue();
        }

        /** The last record that all pairs have. */
        int last() {
            return pairs.values().stream().mapToInt(ReluPair::last).min().orElse(0);
        }

        private double threshold(ReluPair pair, int i) {
            return Math.sqrt(pair.startLoss() / pair.time(i));
        }

        /**
         * γ_k, the smallest activation at any t ≥ t₀, later ones than those looked at included; 0 where the pair has not come to rest,
         * so that it is not known.
         */
        private double gamma(ReluPair pair) {
            return pair.misalignment() <= RESTED ? pair.smallestActivationUntil(pair.last(), k) : 0;
        }

        boolean admittedByOwn(ReluPair pair, int i) {
            return pair.lambda() > threshold(pair, i) / gamma(pair);
        }

        boolean admittedByRequired(ReluPair pair, int i, double required) {
            return pair.lambda() > threshold(pair, i) / required && gamma(pair) >= required;
        }

        /** The inner product falls with λ, so the infimum lies at the largest λ admitted: bisection, up to λ = 1. */
        void edge(Predicate<ReluPair> admitted) {
            double low = Double.NaN;
            for (ReluPair pair : pairs.values()) {
                low = admitted.test(pair) ? pair.lambda() : low;
            }
            if (Double.isNaN(low) || low >= 1) {
                return;
            }
            Double above = pairs.higherKey(low);
            double high = above == null ? 1 : above;
            for (int i = 0; i < BISECTIONS; i++) {
                double middle = (low + high) / 2;
                if (admitted.test(pair(middle))) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
        }

        void record(double required, Evidence.Run run, double sign) {
            smallest().assumeMarginAndOrthogonality(run);
            double fixed = smallest().smallestActivationUntil(last(), k);
            run.assumePositive("smallest positive normalised activation γ_k", fixed);
            smallest().recordMoving(run);
            double limit = VANISHED * smallest().innerProduct(0, k);
            for (int i = 1; i <= last(); i++) {
                int at = i;
                long step = smallest().steps()[i];
                double strict = infimum(i, sign, pair -> admittedByRequired(pair, at, required));
                double constant = infimum(i, sign, pair -> pair.lambda() > threshold(pair, at) / fixed);
                if (!Double.isNaN(strict)) {
                    run.sides(REQUIRED, step, strict, limit);
                    if (k == 1 && sign > 0) {
                        run.sides(BOUND, step, strict, required * required);
                    }
                }
                if (!Double.isNaN(constant)) {
                    run.sides(FIXED, step, constant, limit);
                }
            }
        }

        /** The same with each λ's own γ_k; it rests if the infimum does between the two times at which it is searched. */
        void recordOwn(Evidence.Run run, double sign) {
            smallest().assumeMarginAndOrthogonality(run);
            double limit = VANISHED * smallest().innerProduct(0, k);
            int admitted = 0;
            for (int i = 1; i <= last(); i++) {
                int at = i;
                double own = infimum(i, sign, pair -> admittedByOwn(pair, at));
                if (!Double.isNaN(own)) {
                    run.sides(OWN, smallest().steps()[i], own, limit);
                    admitted++;
                }
            }
            run.assumePositive("Λ(t) not empty: recorded times with λ ∈ Λ(t)", admitted);
            double exponent = exponent();
            run.moving(smallest().steps()[last()], Double.isNaN(exponent) ? 1 : Math.abs(exponent));
        }

        private int early() {
            return Math.max(1, last() - EARLIER);
        }

        /** d ln(infimum)/d ln t between the two times. */
        private double exponent() {
            int early = early();
            int late = last();
            double before = infimum(early, 1, pair -> admittedByOwn(pair, early));
            double after = infimum(late, 1, pair -> admittedByOwn(pair, late));
            return Math.log(after / before)
                    / Math.log(smallest().time(late) / smallest().time(early));
        }

        private double infimum(int i, double sign, Predicate<ReluPair> admitted) {
            double best = Double.NaN;
            for (ReluPair pair : pairs.values()) {
                if (admitted.test(pair)) {
                    double value = pair.innerProduct(i, k);
                    best = Double.isNaN(best) ? value : sign > 0 ? Math.min(best, value) : Math.max(best, value);
                }
            }
            return best;
        }

        /** How the infimum with each λ's own γ_k falls between the two searched times. */
        String trend() {
            int late = last();
            int early = early();
            double before = infimum(early, 1, pair -> admittedByOwn(pair, early));
            double after = infimum(late, 1, pair -> admittedByOwn(pair, late));
            if (!(before > 0) || !(after > 0) || late <= early) {
                return "";
            }
            return "K = " + depth + ", layer " + k + ", draw 0: with each λ's own γ_k the infimum is "
                    + NumberText.of(before)
                    + " at time " + NumberText.significant(smallest().time(early), 2) + " and " + NumberText.of(after)
                    + " at time " + NumberText.significant(smallest().time(late), 2) + ", as t^"
                    + NumberText.significant(exponent(), 2) + "; it started at "
                    + NumberText.of(smallest().innerProduct(0, k)) + ".";
        }
    }
}
