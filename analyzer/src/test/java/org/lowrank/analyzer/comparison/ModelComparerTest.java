package org.lowrank.analyzer.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.analyzer.layer.MatrixId;
import org.lowrank.analyzer.layer.MatrixKind;
import org.lowrank.analyzer.layer.ModelLayers.ArchitectureCard;
import org.lowrank.analyzer.output.AnalysisResult;
import org.lowrank.analyzer.output.ComparisonOutput;
import org.lowrank.analyzer.output.ComparisonReport;
import org.lowrank.analyzer.output.ComparisonResult;
import org.lowrank.reports.Report;
import org.lowrank.reports.finding.Finding;
import org.lowrank.reports.finding.Verdict;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.StableRank;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.DType;

class ModelComparerTest {
    private static final SpectralOptions DEFAULTS = SpectralOptions.defaults();

    @Test
    void rankOneUpdateIsFoundThoughStoredTransposed() throws Exception {
        // B = A + 2 u vᵀ with unit u, v: ‖Δ‖_F = ‖Δ‖_2 = 2, stable rank 1. Both in F64, B as [in, out].
        MemoryTensor a = gaussian("a", 60, 80, 1);
        double[] u = unit(60, 2);
        double[] v = unit(80, 3);
        double[] values = a.values().clone();
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < 80; j++) {
                values[i * 80 + j] += 2 * u[i] * v[j];
            }
        }
        MemoryTensor b = new MemoryTensor("b", DType.F64, 60, 80, values).flipped(DType.F64);
        MatrixPair pair = compare(DEFAULTS, List.of(a.as("O", 0)), List.of(b.transposedAs("O", 0)))
                .pairs()
                .get(0);

        TaskVector delta = pair.taskVector();
        assertThat(delta.numbers().frobeniusNorm()).isCloseTo(2, within(1e-12));
        assertThat(delta.numbers().spectralNorm().value()).isCloseTo(2, within(1e-9));
        assertThat(delta.numbers().spectralNorm().lower()).isLessThanOrEqualTo(2 + 1e-13);
        assertThat(delta.numbers().spectralNorm().upper()).isGreaterThanOrEqualTo(2 - 1e-13);
        assertThat(delta.stableRank()).isCloseTo(1, within(1e-9));
        assertThat(delta.numbers().gaussianStableRank()).isEqualTo(StableRank.ofGaussian(60, 80));
        double frobenius =
                Math.sqrt(java.util.Arrays.stream(a.values()).map(x -> x * x).sum());
        assertThat(delta.relativeSize()).isCloseTo(2 / frobenius, within(1e-12));
        assertThat(pair.sameShape()).isTrue();
    }

    @Test
    void sameWeightsInTwoOrientationsAreIdenticalAndOverlapFully() throws Exception {
        MemoryTensor a = gaussian("a", 64, 96, 4);
        Comparison found = compare(
                DEFAULTS, List.of(a.as("M1", 3)), List.of(a.flipped(DType.F64).transposedAs("M1", 3)));
        MatrixPair pair = found.pairs().get(0);
        assertThat(pair.taskVector().identical()).isTrue();
        assertThat(pair.taskVector().stableRank()).isNull();
        assertThat(pair.taskVector().relativeSize()).isZero();
        assertThat(pair.frobeniusRatio()).isCloseTo(1, within(1e-13));
        assertThat(pair.overlap().rowSpaceOverlap()).isCloseTo(1, within(1e-9));
        assertThat(pair.overlap().columnSpaceOverlap()).isCloseTo(1, within(1e-9));
        assertThat(found.findings())
                .extracting(Finding::id)
                .contains("identical")
                .doesNotContain("task-vector-rank");
        assertThat(pair.notes().get(0)).startsWith("the weights are identical");
    }

    @Test
    void matricesOfOrthogonalRowSpacesDoNotOverlap() throws Exception {
        // A reads only the first 40 inputs, B only the last 40: orthogonal row spaces; they write with the same
        // columns.
        double[] left = new double[50 * 80];
        double[] right = new double[50 * 80];
        Random random = new Random(5);
        for (int i = 0; i < 50; i++) {
            for (int j = 0; j < 40; j++) {
                double value = random.nextGaussian();
                left[i * 80 + j] = value;
                right[i * 80 + 40 + j] = 3 * value;
            }
        }
        Comparison found = compare(
                DEFAULTS,
                List.of(new MemoryTensor("a", DType.F32, 50, 80, left).as("Q", 0)),
                List.of(new MemoryTensor("b", DType.F32, 50, 80, right).as("Q", 0)));
        MatrixPair pair = found.pairs().get(0);
        assertThat(pair.overlap().rowSpaceOverlap()).isCloseTo(0, within(1e-12));
        assertThat(pair.overlap().columnSpaceOverlap()).isCloseTo(1, within(1e-9));
        assertThat(pair.overlap().randomRowSpaceOverlap()).isEqualTo(Math.sqrt(8 / 80.0));
        assertThat(pair.frobeniusRatio()).isCloseTo(3, within(1e-6));
        assertThat(pair.stableRankRatio()).isCloseTo(1, within(1e-6));
        Finding overlap = found.findings().stream()
                .filter(f -> f.id().equals("overlap"))
                .findFirst()
                .orElseThrow();
        assertThat(overlap.verdict()).isEqualTo(Verdict.HOLDS);
    }

    /**
     * A = diag(4, 2, …, 2) of 50: ‖A‖_2 = 4, ‖A‖_F = √212. B's layer 0 is 0.5 off in one diagonal element, layer 1 1.0, so
     * that both norms of Δ are 0.5 and 1.
     */
    @Test
    void aQuantisationHasRelativeErrorsOfBothNorms() throws Exception {
        Comparison found = compare(
                DEFAULTS,
                List.of(
                        diagonal("a", DType.F32, 2).as("Q", 0),
                        diagonal("c", DType.F32, 2).as("O", 1)),
                List.of(
                        diagonal("b", DType.I4, 1.5).as("Q", 0),
                        diagonal("d", DType.I4, 3).as("O", 1)));
        TaskVector delta = found.pairs().get(0).taskVector();
        assertThat(delta.relativeSize()).isCloseTo(0.5 / Math.sqrt(212), within(1e-12));
        assertThat(delta.relativeSpectralSize()).isCloseTo(0.125, within(1e-9));
        Finding finding = found.findings().stream()
                .filter(f -> f.id().equals("quantisation-error"))
                .findFirst()
                .orElseThrow();
        assertThat(finding.number()).isEqualTo("5.2 %"); // 0.75 / √212
        assertThat(finding.detail())
                .contains("‖W_A − W_B‖_2/‖W_A‖_2 19 %; by kind O 6.9 %, Q 3.4 %; largest 6.9 % in O of layer 1");
        assertThat(finding.numbers().get("median_relative_error")).isCloseTo(0.75 / Math.sqrt(212), within(1e-12));
        assertThat(finding.numbers().get("median_relative_spectral_error")).isCloseTo(0.1875, within(1e-9));
        String csv = ComparisonOutput.csv(result(found));
        assertThat(csv.lines().findFirst().orElseThrow())
                .contains(",note,relative_error_frobenius,relative_error_spectral,");
        assertThat(csv.lines().skip(1).findFirst().orElseThrow().split(",", -1)[35])
                .isEqualTo(String.valueOf(delta.relativeSize()));
    }

    @Test
    void plainTypesAreNoQuantisation() throws Exception {
        Comparison found = compare(
                DEFAULTS,
                List.of(diagonal("a", DType.F32, 2).as("Q", 0)),
                List.of(diagonal("b", DType.F64, 1.5).as("Q", 0)));
        assertThat(found.findings()).extracting(Finding::id).doesNotContain("quantisation-error");
        assertThat(QuantisationError.isQuantised("F32+BF16")).isFalse();
        assertThat(QuantisationError.isQuantised("F16+Q4_K")).isTrue();
    }

    /** diag(4, second, 2, …, 2) of 50. */
    private static MemoryTensor diagonal(String name, DType dtype, double second) {
        double[] values = new double[50 * 50];
        for (int i = 0; i < 50; i++) {
            values[i * 51] = i == 0 ? 4 : i == 1 ? second : 2;
        }
        return new MemoryTensor(name, dtype, 50, 50, values);
    }

    @Test
    void differentShapesAndMissingMatricesAreListedWithTheReason() throws Exception {
        Comparison found = compare(
                DEFAULTS,
                List.of(
                        gaussian("a", 50, 60, 6).as("Q", 0),
                        gaussian("c", 50, 60, 7).as("K", 0)),
                List.of(
                        gaussian("b", 70, 60, 8).as("Q", 0),
                        gaussian("d", 50, 60, 9).as("V", 1)));
        assertThat(found.pairs()).singleElement().satisfies(pair -> {
            assertThat(pair.taskVector()).isNull();
            assertThat(pair.overlap()).isNull();
            assertThat(pair.frobeniusRatio()).isNotNull();
            assertThat(pair.notes()).containsExactly("shapes differ: 50 x 60 and 70 x 60");
        });
        assertThat(found.unmatched())
                .extracting(one -> one.model() + " " + one.id().matrix() + ": " + one.reason())
                .containsExactly("A K: not in B", "B V: not in A");
    }

    @Test
    void zeroMatrixHasNoRatioAndNoDirections() throws Exception {
        MemoryTensor zero = new MemoryTensor("z", DType.F32, 50, 60, new double[3000]);
        MatrixPair pair = compare(
                        DEFAULTS,
                        List.of(zero.as("Q", 0)),
                        List.of(gaussian("b", 50, 60, 10).as("Q", 0)))
                .pairs()
                .get(0);
        assertThat(pair.frobeniusRatio()).isNull();
        assertThat(pair.overlap()).isNull();
        assertThat(pair.taskVector().relativeSize()).isNull();
        assertThat(pair.notes()).containsExactly("a zero matrix has no leading directions");
    }

    @Test
    void stacksShareTensorsAndThreadsDoNotMatter() throws Exception {
        List<LayerMatrix> a = qkv(11);
        List<LayerMatrix> b = qkv(21);
        Comparison one = compare(DEFAULTS, a, b, 1);
        Comparison three = compare(DEFAULTS, a, b, 3);
        assertThat(json().writeValueAsString(one)).isEqualTo(json().writeValueAsString(three));
        double squares = one.pairs().stream()
                .filter(pair -> List.of("Q", "K", "V").contains(pair.id().matrix())
                        && pair.id().layer() == 0)
                .mapToDouble(pair -> pair.taskVector().numbers().frobeniusNorm())
                .map(x -> x * x)
                .sum();
        MatrixPair stack = one.pairs().stream()
                .filter(pair -> pair.id().matrix().equals("QKV") && pair.id().layer() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(stack.taskVector().numbers().frobeniusNorm()).isCloseTo(Math.sqrt(squares), within(1e-12));
    }

    @Test
    void progressCountsBothModelsAndThePairs() throws Exception {
        AtomicInteger largest = new AtomicInteger();
        List<Integer> totals = Collections.synchronizedList(new ArrayList<>());
        try (SpectralEngine engine = SpectralEngines.create()) {
            new ModelComparer(engine, DEFAULTS, 8, 2)
                    .compare(
                            new ModelComparer.Side("A", "", qkv(1), Map.of()),
                            new ModelComparer.Side("B", "", qkv(2), Map.of()),
                            (done, total, last) -> {
                                largest.accumulateAndGet(done, Math::max);
                                totals.add(total);
                            });
        }
        assertThat(largest).hasValue(24);
        assertThat(totals).hasSize(24).containsOnly(24);
    }

    @Test
    void infiniteWeightIsNamed() {
        MemoryTensor bad = gaussian("layer.0.bad", 50, 60, 12);
        bad.values()[61] = Double.POSITIVE_INFINITY;
        assertThatThrownBy(() ->
                        compare(DEFAULTS, List.of(gaussian("a", 50, 60, 13).as("Q", 0)), List.of(bad.as("Q", 0))))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageContaining("layer.0.bad")
                .hasMessageContaining("[1, 1]");
    }

    @Test
    void modelsOfOneNameAreRefused() {
        assertThatThrownBy(() -> new ModelComparer(SpectralEngines.create(), DEFAULTS, 8, 1)
                        .compare(
                                new ModelComparer.Side("A", "1", List.of(), Map.of()),
                                new ModelComparer.Side("A", "1", List.of(), Map.of()),
                                (done, total, last) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void savedResultReadsBackAndRendersTheSamePage() throws Exception {
        SpectralOptions options = new SpectralOptions(1e-9, 1e-9, false, false, true, 0);
        List<LayerMatrix> b = new ArrayList<>(qkv(21));
        b.add(gaussian("extra", 50, 50, 30).as("O", 0));
        Comparison found = compare(options, qkv(11), b);
        ComparisonResult result = result(found);
        ObjectMapper json = json();
        ComparisonResult back = json.readValue(json.writeValueAsString(result), ComparisonResult.class);
        assertThat(json.writeValueAsString(back)).isEqualTo(json.writeValueAsString(result));
        Report page = ComparisonReport.of(back, ComparisonOutput.csv(back), null);
        assertThat(json.writeValueAsString(page))
                .isEqualTo(json.writeValueAsString(ComparisonReport.of(result, ComparisonOutput.csv(result), null)));
        assertThat(page.sections())
                .extracting(Report.Section::id)
                .containsExactly(
                        "task-vector",
                        "task-vector-spectra",
                        "overlap",
                        "ratios",
                        "heat-map",
                        "pairs",
                        "unmatched",
                        "method",
                        "cite");
        assertThat(page.findings().get(0).findings())
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(page.sections())
                        .extracting(Report.Section::id)
                        .contains(finding.evidence()));
    }

    @Test
    void csvHasARowPerMatrixOfEither() throws Exception {
        List<LayerMatrix> b = new ArrayList<>(qkv(21));
        b.add(gaussian("extra", 50, 50, 30).as("O", 0));
        Comparison found = compare(DEFAULTS, qkv(11), b);
        String[] lines = ComparisonOutput.csv(result(found)).split("\r\n");
        assertThat(lines).hasSize(1 + 8 + 1);
        int columns = lines[0].split(",").length;
        assertThat(lines).allSatisfy(line -> assertThat(line.split(",", -1)).hasSize(columns));
        assertThat(lines[1]).startsWith("A,,B,,encoder,0,Q,50,50,50,50,");
        assertThat(lines[9])
                .startsWith("A,,B,,encoder,0,O,,,50,50,")
                .endsWith(",not in A,," + ",".repeat(10)); // columns of adapters, and the layer of B
        String[] header = lines[0].split(",");
        String[] first = lines[1].split(",", -1);
        for (int i = 0; i < header.length; i++) {
            if (header[i].equals("difference_stable_rank")) {
                assertThat(Double.parseDouble(first[i]))
                        .isEqualTo(found.pairs().get(0).taskVector().stableRank());
            }
        }
    }

    private static ComparisonResult result(Comparison found) {
        ArchitectureCard card = new ArchitectureCard("bert", 2, 50, 0, 2, 15_000, DType.F64);
        AnalysisResult.Provenance provenance = new AnalysisResult.Provenance("local path", "here", "memory", List.of());
        AnalysisResult.Model a = new AnalysisResult.Model("A", "", card, provenance, "", Map.of("measure", 0.5));
        AnalysisResult.Model b = new AnalysisResult.Model("B", "", card, provenance, "", Map.of());
        return ComparisonResult.of(
                new AnalysisResult.Tool("lowrank", "0", "17", "Linux", "plain", 1),
                List.of("lowrank", "compare", "A", "B"),
                "2026-01-01T00:00:00Z",
                new AnalysisResult.Settings(1e-9, 1e-9, false, false, true, 0),
                8,
                a,
                b,
                found,
                List.of(),
                List.of());
    }

    private static ObjectMapper json() {
        return new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    }

    private static Comparison compare(SpectralOptions options, List<LayerMatrix> a, List<LayerMatrix> b)
            throws Exception {
        return compare(options, a, b, 2);
    }

    private static Comparison compare(SpectralOptions options, List<LayerMatrix> a, List<LayerMatrix> b, int threads)
            throws Exception {
        try (SpectralEngine engine = SpectralEngines.create()) {
            return new ModelComparer(engine, options, 8, threads)
                    .compare(
                            new ModelComparer.Side("A", "", a, Map.of()),
                            new ModelComparer.Side("B", "", b, Map.of()),
                            (done, total, last) -> {});
        }
    }

    /** Two layers of Q, K, V and their stack. */
    private static List<LayerMatrix> qkv(long seed) {
        List<LayerMatrix> matrices = new ArrayList<>();
        for (int layer = 0; layer < 2; layer++) {
            List<LayerMatrix.Part> parts = new ArrayList<>();
            for (String kind : List.of("Q", "K", "V")) {
                MemoryTensor tensor = gaussian(kind + layer, 50, 50, seed + parts.size() + 10L * layer);
                matrices.add(tensor.as(kind, layer));
                parts.add(tensor.part(false));
            }
            MatrixId qkv = MatrixId.of("encoder", layer, MatrixKind.QKV);
            matrices.add(new LayerMatrix(
                    qkv,
                    150,
                    50,
                    parts,
                    List.of(qkv.with(MatrixKind.Q), qkv.with(MatrixKind.K), qkv.with(MatrixKind.V))));
        }
        return matrices;
    }

    private static MemoryTensor gaussian(String name, int rows, int cols, long seed) {
        Random random = new Random(seed);
        return new MemoryTensor(
                name,
                DType.F64,
                rows,
                cols,
                random.doubles((long) rows * cols)
                        .map(x -> random.nextGaussian())
                        .toArray());
    }

    private static double[] unit(int n, long seed) {
        double[] values = new Random(seed).doubles(n, -1, 1).toArray();
        double norm = Math.sqrt(java.util.Arrays.stream(values).map(x -> x * x).sum());
        return java.util.Arrays.stream(values).map(x -> x / norm).toArray();
    }
}
