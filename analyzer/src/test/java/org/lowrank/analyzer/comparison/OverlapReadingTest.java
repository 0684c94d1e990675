package org.lowrank.analyzer.comparison;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.reports.finding.Verdict;

class OverlapReadingTest {
    /** Overlap, that of random spaces √(k/d), and what is said: no overlap can be called orthogonal where random ones are not. */
    @ParameterizedTest(name = "overlap {0}, random {1}: {2}")
    @CsvSource({
        "1, 0.707, INFORMATION, same leading", // identical models of width 16: twice random is beyond 1
        "0.86, 0.707, UNDECIDED, too narrow",
        "0.707, 0.707, UNDECIDED, too narrow",
        "1, 1, UNDECIDED, too narrow", // k = d: there is only one space
        "0.1, 0.707, UNDECIDED, too narrow",
        "0.1, 0.1, INDISTINGUISHABLE, as random",
        "0.2, 0.1, INDISTINGUISHABLE, as random",
        "0.21, 0.1, INFORMATION, in part",
        "0.05, 0.1, INDISTINGUISHABLE, as random",
        "0.049, 0.1, HOLDS, more orthogonal",
        "0.75, 0.49, INFORMATION, in part", // less than twice random, but more than halfway to 1
        "0.89, 0.1, INFORMATION, in part",
        "0.9, 0.1, INFORMATION, same leading"
    })
    void overlapIsReadAgainstRandomSpaces(double overlap, double random, Verdict verdict, String words) {
        var found = OverlapReading.of(overlap, random);
        assertThat(found.verdict()).isEqualTo(verdict);
        assertThat(found.statement()).contains(words);
    }
}
