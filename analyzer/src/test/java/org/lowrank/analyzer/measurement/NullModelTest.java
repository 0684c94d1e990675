package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.analyzer.measurement.Stacks.Shape;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

class NullModelTest {
    /** The norms drawn without a matrix against those of matrices drawn entry by entry. */
    @ParameterizedTest(name = "{0} × {1}")
    @CsvSource({"2, 2, 0.03", "4, 16, 0.02", "16, 16, 0.015", "32, 128, 0.01", "96, 24, 0.01"})
    void drawnNormsAreThoseOfDrawnMatrices(int rows, int cols, double within) {
        int draws = 2000;
        Random random = new Random(5);
        double shares = 0;
        double squares = 0;
        for (int i = 0; i < draws; i++) {
            double share = GaussianMatrix.draw(rows, cols, random).share(rows, cols);
            shares += share / draws;
            squares += share * share / draws;
        }
        List<MatrixMeasurement> matrices = Stacks.gaussian(List.of(new Shape("O", rows, cols)), 400, 11);
        double mean = matrices.stream()
                .mapToDouble(MatrixMeasurement::shareOfGaussian)
                .average()
                .orElseThrow();
        double deviation = Math.sqrt(matrices.stream()
                .mapToDouble(row -> Math.pow(row.shareOfGaussian() - mean, 2))
                .average()
                .orElseThrow());
        assertThat(shares / mean).isCloseTo(1, within(within));
        // the laws of the two norms are drawn apart, which only widens the null's spread
        assertThat(Math.sqrt(squares - shares * shares)).isBetween(0.7 * deviation, 1.6 * deviation + 0.01);
    }

    @Test
    void ratiosOfBertsShapesAreThoseOfTheirSizes() {
        NullModel none = NullModel.of(Stacks.gaussian(Stacks.bert(48), 12, 3));
        // √(4d·d) over √(3d·d) = 2/√3; √(d·d) over (√3 · 2 · 2)^⅓ d; equal variance of the entries
        assertThat(none.value(s -> s.norms().spread()).value()).isCloseTo(2 / Math.sqrt(3), within(0.01));
        assertThat(none.value(s -> s.norms().outputRatio()).value())
                .isCloseTo(1 / Math.cbrt(4 * Math.sqrt(3)), within(0.01));
        assertThat(none.value(s -> s.norms().rmsSpread()).value()).isCloseTo(1, within(0.02));
    }

    /** Shapes in the ratios of BERT, GPT-2 and Llama 3 8B, small enough to draw. */
    @ParameterizedTest
    @ValueSource(strings = {"bert 64 12", "bert 32 6", "bert 16 2", "bert 64 1", "llama 64 8", "llama 32 4"})
    void randomWeightsEarnNoVerdict(String stack) {
        String[] words = stack.split(" ");
        int d = Integer.parseInt(words[1]);
        List<Shape> shapes = words[0].equals("bert") ? Stacks.bert(d) : Stacks.llama(d);
        for (long seed = 0; seed < 8; seed++) {
            List<MatrixMeasurement> rows = Stacks.gaussian(shapes, Integer.parseInt(words[2]), seed);
            for (Optional<Initialisation> start :
                    List.<Optional<Initialisation>>of(Optional.empty(), Optional.of(new Initialisation(0.02, 5)))) {
                assertThat(ModelFindings.of(rows, start))
                        .isNotEmpty()
                        .allSatisfy(finding -> assertThat(finding.verdict()).isNotIn(Verdict.HOLDS, Verdict.ROUGHLY));
            }
        }
    }

    @Test
    void everyNumberHasItsNull() {
        List<Finding> findings = ModelFindings.of(Stacks.gaussian(Stacks.bert(16), 6, 1), Optional.empty());
        for (Finding finding : findings) {
            for (String name : finding.numbers().keySet()) {
                if (!name.startsWith("null_") && !name.equals("matrices")) {
                    assertThat(finding.numbers()).as(finding.id()).containsKey("null_" + name);
                }
            }
        }
        assertThat(findings).extracting(Finding::id).contains("norm-spread", "output-ratio", "flatness", "low-rank");
    }

    @Test
    void theSameRowsGiveTheSameFindings() {
        List<MatrixMeasurement> rows = Stacks.gaussian(Stacks.bert(16), 6, 1);
        assertThat(ModelFindings.of(rows, Optional.empty())).isEqualTo(ModelFindings.of(rows, Optional.empty()));
    }
}
