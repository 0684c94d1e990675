package org.lowrank.trainer.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.trainer.task.RandomStream;

class SweepTrendTest {
    private static final List<Double> LAMBDAS = List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0);
    private static final double NONE = Double.NaN;

    /** Six draws of rank 0.8 + 0.01 λ: ρ = 1, and from λ = 1 to 5 the line rises 0.04. What is at λ = 0 does not count. */
    @Test
    void riseIsTold() {
        SweepTrend trend = new SweepTrend(LAMBDAS, ranks(6, (lambda, draw) -> lambda == 0 ? 9 : 0.8 + 0.01 * lambda));
        assertThat(trend.correlation().mean()).isCloseTo(1, within(1e-12));
        assertThat(trend.rise().mean()).isCloseTo(0.04, within(1e-12));
        assertThat(trend.finding("trend", "here").verdict()).isEqualTo(Verdict.HOLDS);
    }

    /** scipy.stats.spearmanr([1, 2, 4, 5], [1, 3, 2, 4]) = 0.8: the λ that is missing takes no rank. */
    @Test
    void networkThatIsNotAtRestIsLeftOut() {
        double[] values = {NONE, 1, 3, NONE, 2, 4};
        SweepTrend trend = new SweepTrend(LAMBDAS, ranks(1, (lambda, draw) -> values[lambda]));
        assertThat(trend.correlation().mean()).isCloseTo(0.8, within(1e-12));
        assertThat(trend.finding("trend", "here").verdict()).isEqualTo(Verdict.UNDECIDED);
    }

    @Test
    void fewNetworksAtRestSayNothing() {
        SweepTrend trend = new SweepTrend(LAMBDAS, ranks(5, (lambda, draw) -> lambda < 4 ? lambda : NONE));
        assertThat(trend.correlation().draws()).isZero();
        assertThat(trend.finding("trend", "here").statement()).doesNotContain("NaN");
    }

    /** The null: ranks that do not depend on λ earn a verdict in one of 20 at most, by construction of the interval. */
    @Test
    void noiseIsNoTrend() {
        int told = 0;
        for (int seed = 0; seed < 40; seed++) {
            RandomStream random = new RandomStream(seed);
            Verdict verdict = new SweepTrend(LAMBDAS, ranks(10, (lambda, draw) -> random.normal()))
                    .finding("trend", "here")
                    .verdict();
            told += verdict == Verdict.HOLDS || verdict == Verdict.EXCEPTION ? 1 : 0;
        }
        assertThat(told).isLessThanOrEqualTo(6); // binomial of 40 at 5 %: more than 6 in 0.3 % of the cases
    }

    private interface Rank {
        double at(int lambda, int draw);
    }

    private static List<double[]> ranks(int draws, Rank rank) {
        List<double[]> ranks = new ArrayList<>();
        for (int lambda = 0; lambda < LAMBDAS.size(); lambda++) {
            double[] row = new double[draws];
            for (int draw = 0; draw < draws; draw++) {
                row[draw] = rank.at(lambda, draw);
            }
            ranks.add(row);
        }
        return ranks;
    }
}
