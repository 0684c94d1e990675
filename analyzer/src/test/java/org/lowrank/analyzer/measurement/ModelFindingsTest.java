package org.lowrank.analyzer.measurement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lowrank.analyzer.measurement.Stacks.Shape;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;

class ModelFindingsTest {
    private static final int D = 256;

    /** BERT's shapes, whose null spread is 2/√3 = 1.155: M1 and M2 of norm 1, QKV of norm 1/spread. */
    @ParameterizedTest(name = "spread {0}: {1}")
    @CsvSource({
        "1.0001, HOLDS", // at most half as far from 1 as the null on a logarithmic scale: up to 1.0746
        "1.074, HOLDS",
        "1.076, INDISTINGUISHABLE",
        "1.13, INDISTINGUISHABLE", // bert-base-uncased
        "1.249, INDISTINGUISHABLE",
        "1.251, EXCEPTION", // the null holds and the value no longer does
        "1.49, EXCEPTION", // the small models of this shape
        "2.01, EXCEPTION"
    })
    void normSpreadOfBertsShapes(double spread, Verdict verdict) {
        List<MatrixMeasurement> rows = stack(Stacks.bert(D), 12, kind -> kind.equals("QKV") ? 1 / spread : 1);
        Finding finding = finding(rows, "norm-spread");
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.numbers().get("norm_spread")).isCloseTo(spread, within(1e-12));
        assertThat(finding.numbers().get("null_norm_spread")).isCloseTo(2 / Math.sqrt(3), within(1e-3));
        assertThat(finding.numbers().get("null_rms_spread")).isCloseTo(1, within(1e-3));
    }

    /** Llama 3's shapes have a null of √(3.5/1.5) = 1.528, so that an equal norm is earned. */
    @ParameterizedTest(name = "spread {0}: {1}")
    @CsvSource({
        "1.24, HOLDS",
        "1.26, INDISTINGUISHABLE",
        "1.235, HOLDS",
        "1.52, INDISTINGUISHABLE",
        "1.9, INDISTINGUISHABLE"
    })
    void normSpreadOfLlamasShapes(double spread, Verdict verdict) {
        List<MatrixMeasurement> rows = stack(Stacks.llama(D), 12, kind -> kind.equals("QKV") ? 1 / spread : 1);
        assertThat(finding(rows, "norm-spread").verdict()).isEqualTo(verdict);
    }

    /** BERT's null is 0.525. */
    @ParameterizedTest(name = "O over the others {0}: {1}")
    @CsvSource({
        "0.81, HOLDS", // within ×1.25, which the null is not
        "0.79, ROUGHLY", // at most half as far as the null on a logarithmic scale: from 0.7246
        "0.726, ROUGHLY",
        "0.723, INDISTINGUISHABLE",
        "0.525, INDISTINGUISHABLE",
        "0.501, INDISTINGUISHABLE",
        "0.43, EXCEPTION", // bert-base-uncased
        "1.24, HOLDS",
        "2.01, EXCEPTION"
    })
    void outputRatioOfBertsShapes(double ratio, Verdict verdict) {
        List<MatrixMeasurement> rows = stack(Stacks.bert(D), 12, kind -> kind.equals("O") ? ratio : 1);
        Finding finding = finding(rows, "output-ratio");
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.numbers().get("null_output_ratio")).isCloseTo(1 / Math.cbrt(4 * Math.sqrt(3)), within(1e-3));
        assertThat(finding.numbers().get("output_rms_ratio"))
                .isCloseTo(ratio * Math.cbrt(4 * Math.sqrt(3)), within(1e-9));
    }

    @Test
    void aSmallOutputSaysHowMuchOfItIsItsSize() {
        Finding finding = finding(stack(Stacks.bert(D), 12, kind -> kind.equals("O") ? 0.43 : 1), "output-ratio");
        assertThat(finding.statement())
                .isEqualTo("O is smaller than the others; its size alone gives ×0.52, its entries ×0.82");
        assertThat(finding.detail()).contains("most of it is the matrix's size");
    }

    /** Two layers of norms 1 ± x/√2 have the coefficient of variation x. */
    @ParameterizedTest(name = "coefficient of variation {0}: {1}")
    @CsvSource({"0, INDISTINGUISHABLE", "0.149, INDISTINGUISHABLE", "0.151, EXCEPTION", "0.301, EXCEPTION"})
    void flatnessIsNothingTrainingEarned(double variation, Verdict verdict) {
        Shape m1 = new Shape("M1", D, D);
        List<MatrixMeasurement> rows = List.of(
                Stacks.ofShare(0, m1, 1 + variation / Math.sqrt(2), 0.5),
                Stacks.ofShare(1, m1, 1 - variation / Math.sqrt(2), 0.5));
        Finding finding = finding(rows, "flatness");
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.numbers().get("coefficient_of_variation")).isCloseTo(variation, within(1e-12));
        assertThat(finding.numbers().get("null_coefficient_of_variation")).isBetween(0.0, 0.01);
    }

    @Test
    void oneLayerHasNoFlatness() {
        assertThat(ModelFindings.of(stack(Stacks.bert(D), 1, kind -> 1), Optional.empty()))
                .extracting(Finding::id)
                .doesNotContain("flatness")
                .contains("norm-spread");
    }

    /** Of 20 matrices, so many with 75 % of the Gaussian stable rank, the others with all of it. */
    @ParameterizedTest(name = "{0} of 20 low: {1}")
    @CsvSource({"20, HOLDS", "18, HOLDS", "17, ROUGHLY", "10, ROUGHLY", "9, EXCEPTION", "0, EXCEPTION"})
    void lowRankIsCounted(int low, Verdict verdict) {
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (int layer = 0; layer < 20; layer++) {
            rows.add(Stacks.ofShare(layer, new Shape("O", D, D), 1, layer < low ? 0.7499 : 0.7501));
        }
        Finding finding = finding(rows, "low-rank");
        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.number()).isEqualTo(low + " of 20");
        assertThat(finding.numbers())
                .containsEntry("low_matrices", (double) low)
                .containsEntry("null_low_matrices", 0.0);
        // a square Gaussian matrix has √n/2 to leading order, a little more at this size
        assertThat(finding.numbers().get("null_harmonic_mean_stable_rank")).isBetween(8.0, 8.2);
    }

    @Test
    void aLayerThatStandsOutIsNamed() {
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (int layer = 0; layer < 12; layer++) {
            double norm = layer == 11 ? 4.35 : 55 + layer % 3;
            rows.add(Stacks.ofShare(layer, new Shape("M1", D, D), norm, 0.5));
        }
        Finding finding = finding(rows, "outliers");
        assertThat(finding.verdict()).isEqualTo(Verdict.EXCEPTION);
        assertThat(finding.statement()).isEqualTo("M1 in layer 11 has norm 4.35, the median of M1 is 56.00");
        assertThat(finding.numbers()).containsEntry("outliers", 1.0).containsEntry("null_outliers", 0.0);
    }

    /** ln(x/median) at six deviations of 0.05, the floor, is a factor of e^0.3 = 1.34986. */
    @ParameterizedTest(name = "×{0}: {1}")
    @CsvSource({"1.3498, 0", "1.3499, 1", "0.7409, 0", "0.7408, 1"})
    void outliersBeginAtSixDeviations(double factor, int count) {
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (int layer = 0; layer < 6; layer++) {
            rows.add(Stacks.ofShare(layer, new Shape("M1", D, D), layer == 5 ? factor : 1, 0.5));
        }
        assertThat(ModelSummary.of(rows).get(0).outliers()).hasSize(count);
        assertThat(ModelSummary.of(rows.subList(2, 6)).get(0).outliers()).isEmpty(); // four say nothing
    }

    @Test
    void aScaledInitialisationIsStatedBesideTheNull() throws Exception {
        var config = new ObjectMapper().readTree("{\"model_type\":\"gpt2\",\"initializer_range\":0.02}");
        Finding finding = ModelFindings.of(stack(Stacks.bert(D), 12, kind -> 1), Initialisation.of(config, 12)).stream()
                .filter(one -> one.id().equals("output-ratio"))
                .findFirst()
                .orElseThrow();
        // O and M2 divided by √24: 24^(−½) / 24^(−⅙) times the null
        assertThat(finding.numbers().get("initial_output_ratio"))
                .isCloseTo(Math.pow(24, -1.0 / 3) / Math.cbrt(4 * Math.sqrt(3)), within(1e-3));
        assertThat(finding.detail()).contains("the model's own initialisation");
    }

    @Test
    void aRangeThatIsNoneIsNotBelieved() throws Exception {
        for (String json : List.of("{}", "{\"initializer_range\":0}", "{\"initializer_range\":\"0.02\"}")) {
            assertThat(Initialisation.of(new ObjectMapper().readTree(json), 12)).isEmpty();
        }
    }

    private static List<MatrixMeasurement> stack(
            List<Shape> shapes, int layers, java.util.function.ToDoubleFunction<String> norm) {
        List<MatrixMeasurement> rows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            for (Shape shape : shapes) {
                rows.add(Stacks.ofShare(layer, shape, norm.applyAsDouble(shape.kind()), 0.5));
            }
        }
        return rows;
    }

    private static Finding finding(List<MatrixMeasurement> rows, String id) {
        return ModelFindings.of(rows, Optional.empty()).stream()
                .filter(finding -> finding.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
