package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.reports.finding.Verdict;

class ClaimTest {
    private static final Claim CLAIM = new Claim(1, 2, 0.05);

    /** Thresholds 1 and 2, told apart from 0.05 on. */
    @ParameterizedTest(name = "distance {0}, null {1} ± {2}: {3}")
    @CsvSource({
        // beyond both thresholds whatever the null
        "2.01, 5, 0, EXCEPTION",
        "2.01, 2.01, 0, EXCEPTION",
        "2.01, 0, 0, EXCEPTION",
        // the null does not reach it
        "1, 3, 0, HOLDS",
        "2, 3, 0, ROUGHLY",
        "1.01, 3, 0, ROUGHLY",
        "0.5, 1.5, 0, HOLDS",
        // both thresholds met by value and null
        "0.9, 0.95, 0, INDISTINGUISHABLE",
        "0.9, 0.3, 0, INDISTINGUISHABLE",
        "1.8, 1.2, 0, INDISTINGUISHABLE",
        // at most half as far as the null
        "0.4, 0.8, 0, HOLDS",
        "0.41, 0.8, 0, INDISTINGUISHABLE",
        "0.75, 1.5, 0, HOLDS",
        // the null is nearer by a threshold: training went away from the claim
        "1.5, 0.1, 0, EXCEPTION",
        // within the tolerance, or four deviations, of the null
        "0.98, 1.02, 0, INDISTINGUISHABLE",
        "0.5, 3, 0.7, INDISTINGUISHABLE",
        "0.5, 3, 0.6, HOLDS"
    })
    void theVerdictIsAboutTheDifferenceFromTheNull(double distance, double none, double sd, Verdict verdict) {
        assertThat(CLAIM.judge(distance, new NullModel.Value(none, sd))).isEqualTo(verdict);
    }
}
