package org.lowrank.trainer.output;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.lowrank.machine.statistics.LeastSquares;
import org.lowrank.reports.NumberText;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

/**
 * Whether the mean inverse stable rank of networks at rest rises with λ, told by one number a draw: Spearman's ρ between λ &gt; 0 and
 * the rank over the λ at which the draw's network rests away from 0. Its mean over draws has an interval by Student's t; without a
 * trend it is 0. No λ is chosen, so nothing is corrected for choosing, and it sees small rises that the largest difference does not.
 * How large the rise is tells the least-squares line of each draw, from the draw's smallest to its largest λ.
 */
final class SweepTrend {
    /** Fewer λ of a draw have no order worth telling. */
    private static final int FEWEST = 4;

    private final double[] lambdas;
    private final double[] correlations;
    private final double[] rises;

    /**
     * @param lambdas ascending; 0 is left out, where nothing rests
     * @param ranks by λ and draw; NaN where the draw's network is not at rest away from 0
     */
    SweepTrend(List<Double> lambdas, List<double[]> ranks) {
        this.lambdas = lambdas.stream().mapToDouble(Double::doubleValue).toArray();
        int draws = ranks.isEmpty() ? 0 : ranks.get(0).length;
        this.correlations = new double[draws];
        this.rises = new double[draws];
        for (int draw = 0; draw < draws; draw++) {
            draw(draw, ranks);
        }
    }

    private void draw(int draw, List<double[]> ranks) {
        int[] at = IntStream.range(0, lambdas.length)
                .filter(i -> lambdas[i] > 0 && !Double.isNaN(ranks.get(i)[draw]))
                .toArray();
        double[] x = new double[at.length];
        double[] y = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            x[i] = lambdas[at[i]];
            y[i] = ranks.get(at[i])[draw];
        }
        boolean enough = at.length >= FEWEST;
        correlations[draw] = enough ? RankCorrelation.rho(x, y) : Double.NaN;
        rises[draw] = enough ? LeastSquares.through(x, y).slope() * (x[x.length - 1] - x[0]) : Double.NaN;
    }

    /** Mean ρ over draws; NaN without any that has {@value #FEWEST} λ at rest. */
    Interval correlation() {
        return Interval.of(correlations);
    }

    /** Mean rise over draws. */
    Interval rise() {
        return Interval.of(rises);
    }

    /**
     * @param id of the finding
     * @param where whose networks
     */
    Finding finding(String id, String where) {
        Interval rho = correlation();
        if (rho.draws() == 0) {
            return Finding.of(
                    id,
                    Verdict.UNDECIDED,
                    "–",
                    where + ": no trend over λ is to be told; in no draw do networks rest away from θ = 0 at " + FEWEST
                            + " λ.",
                    "",
                    Map.of());
        }
        Verdict verdict = !rho.decides()
                ? Verdict.UNDECIDED
                : rho.low() > 0 ? Verdict.HOLDS : rho.high() < 0 ? Verdict.EXCEPTION : Verdict.INDISTINGUISHABLE;
        String says = !rho.decides()
                ? "not decided with " + rho.draws() + " draws"
                : rho.low() > 0
                        ? "the mean inverse stable rank rises with λ"
                        : rho.high() < 0
                                ? "the mean inverse stable rank falls with λ"
                                : "no trend of the mean inverse stable rank over λ shows beyond chance";
        return Finding.of(
                id,
                verdict,
                "ρ = " + NumberText.of(rho.mean()),
                where + ", over the λ at which a draw's network rests away from 0: " + says + ".",
                "Spearman's ρ between λ and rank, one a draw: mean " + rho.text() + " over " + rho.draws()
                        + " draws, where no trend gives 0. Along the line of each draw the rank rises "
                        + rise().text() + " from its smallest to its largest λ. No λ is chosen for it."
                        + " Holds where the interval of ρ lies above 0; below " + Interval.ENOUGH
                        + " draws nothing is decided.",
                Map.of(
                        "rho",
                        rho.mean(),
                        "rho_low",
                        rho.low(),
                        "rho_high",
                        rho.high(),
                        "null_rho",
                        0.0,
                        "rise",
                        rise().mean()));
    }
}
