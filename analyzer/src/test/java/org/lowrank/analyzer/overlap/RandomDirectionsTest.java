package org.lowrank.analyzer.overlap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

class RandomDirectionsTest {
    /** The marginal of the uniform law on the sphere. */
    @ParameterizedTest
    @CsvSource({"2, 0.5, 0.6666666666666667", "3, 0.25, 0.75", "5, 0.5, 0.3125"})
    void tailIsTheClosedForm(long d, double t, double expected) {
        // d = 2: 1 − 2 arcsin(t)/π; d = 3: 1 − t (Archimedes); d = 5: 1 − (3t − t³)/2
        assertThat(new RandomDirections(d).above(t)).isCloseTo(expected, within(1e-9));
    }

    @Test
    void highDimensionsAreGaussian() {
        // N(0, 1/d): medians 0.67449/√d, 99 % quantile 2.57583/√d; the next term is O(1/d)
        RandomDirections random = new RandomDirections(4096);
        assertThat(random.quantile(0.5) * 64).isCloseTo(0.67449, within(1e-3));
        assertThat(random.quantile(0.99) * 64).isCloseTo(2.57583, within(3e-3));
    }

    @Test
    void largestOfManyIsWhatDrawnDirectionsHave() throws Exception {
        RandomDirections random = new RandomDirections(64);
        double[] largest = new double[20];
        for (int draw = 0; draw < largest.length; draw++) {
            largest[draw] = drawn(64, 100, draw).epsilon();
        }
        java.util.Arrays.sort(largest);
        double median = (largest[9] + largest[10]) / 2;
        assertThat(random.largest(10_000).value()).isCloseTo(median, within(0.02));
        assertThat(random.largest(10_000).sd()).isBetween(0.005, 0.05);
    }

    /** Rows drawn uniformly on the sphere, each used as often as its place says (1/k, as words are). */
    private static Distribution drawn(int dimension, int rows, long seed) throws Exception {
        Random random = new Random(seed);
        double[][][] texts = new double[2][rows][dimension];
        int[] uses = new int[rows];
        for (double[][] text : texts) {
            for (int i = 0; i < rows; i++) {
                double square = 0;
                for (int j = 0; j < dimension; j++) {
                    text[i][j] = random.nextGaussian();
                    square += text[i][j] * text[i][j];
                }
                for (int j = 0; j < dimension; j++) {
                    text[i][j] /= Math.sqrt(square);
                }
                uses[i] = 1 + rows / (i + 1);
            }
        }
        return Distribution.of(texts[0], uses, texts[1], uses, (i, j, product) -> {});
    }

    @Test
    void textsOfARandomEmbeddingEarnNoVerdict() throws Exception {
        for (int dimension : new int[] {64, 384, 768, 4096}) {
            for (int rows : new int[] {3, 20, 120}) {
                for (long seed = 0; seed < 3; seed++) {
                    Distribution found = drawn(dimension, rows, seed);
                    List<Finding> findings = OverlapFindings.of(
                            "m",
                            dimension,
                            found,
                            found,
                            Double.NaN,
                            List.of(new TextOverlap.Text(1, 1, 1, 0, 0), new TextOverlap.Text(1, 1, 1, 0, 0)),
                            List.of());
                    assertThat(findings)
                            .as(dimension + " dimensions, " + rows + " tokens, seed " + seed)
                            .extracting(Finding::verdict)
                            .doesNotContain(Verdict.HOLDS, Verdict.ROUGHLY);
                    assertThat(findings.get(0).verdict())
                            .as(dimension + " dimensions, " + rows + " tokens, seed " + seed)
                            .isIn(Verdict.INDISTINGUISHABLE, Verdict.EXCEPTION);
                }
            }
        }
    }

    @Test
    void orthogonalTextsOfFewDimensionsHold() throws Exception {
        // Rows of the identity: all inner products 0, where random directions in 24 dimensions reach 0.5.
        double[][] a = new double[12][24];
        double[][] b = new double[12][24];
        int[] once = new int[12];
        for (int i = 0; i < 12; i++) {
            a[i][i] = 1;
            b[i][12 + i] = 1;
            once[i] = 1;
        }
        Distribution found = Distribution.of(a, once, b, once, (i, j, product) -> {});
        List<Finding> findings = OverlapFindings.of(
                "m",
                24,
                found,
                found,
                Double.NaN,
                List.of(new TextOverlap.Text(1, 1, 1, 0, 0), new TextOverlap.Text(1, 1, 1, 0, 0)),
                List.of());
        assertThat(findings.get(1).id()).isEqualTo("epsilon");
        assertThat(findings.get(1).verdict()).isEqualTo(Verdict.HOLDS);
    }
}
