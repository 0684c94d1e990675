package org.lowrank.analyzer.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.lowrank.analyzer.comparison.LayerDistances.LayerPair;
import org.lowrank.analyzer.layer.LayerMatrix;
import org.lowrank.reports.finding.Finding;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.weights.tensor.DType;

/** Models of different depth: layers are matched by their weights or not at all, never by their number. */
class LayerMatchingTest {
    private static final List<String> KINDS = List.of("Q", "K", "M1");

    private record Weights(int rows, int cols, double[][] ofKind) {}

    /** Standard Gaussian entries. */
    private static Weights layer(long seed, int rows, int cols) {
        Random random = new Random(seed);
        double[][] kinds = new double[KINDS.size()][];
        for (int k = 0; k < kinds.length; k++) {
            kinds[k] = random.doubles((long) rows * cols, -1, 1)
                    .map(x -> Math.sqrt(3) * x)
                    .toArray();
        }
        return new Weights(rows, cols, kinds);
    }

    /** W + t G with Gaussian-like G of the same size, so that the distance is t/√(2 + t²) in expectation. */
    private static Weights near(Weights from, double t, long seed) {
        Weights noise = layer(seed, from.rows, from.cols);
        double[][] kinds = new double[KINDS.size()][];
        for (int k = 0; k < kinds.length; k++) {
            kinds[k] = from.ofKind[k].clone();
            for (int i = 0; i < kinds[k].length; i++) {
                kinds[k][i] += t * noise.ofKind[k][i];
            }
        }
        return new Weights(from.rows, from.cols, kinds);
    }

    private static List<LayerMatrix> model(List<Weights> layers, boolean transposed) {
        List<LayerMatrix> matrices = new ArrayList<>();
        for (int layer = 0; layer < layers.size(); layer++) {
            Weights weights = layers.get(layer);
            for (int k = 0; k < KINDS.size(); k++) {
                MemoryTensor tensor = new MemoryTensor(
                        KINDS.get(k) + layer, DType.F64, weights.rows, weights.cols, weights.ofKind[k]);
                matrices.add(
                        transposed
                                ? tensor.flipped(DType.F64).transposedAs(KINDS.get(k), layer)
                                : tensor.as(KINDS.get(k), layer));
            }
        }
        return matrices;
    }

    private static Comparison compare(List<Weights> a, List<Weights> b, boolean transposed) throws Exception {
        try (SpectralEngine engine = SpectralEngines.create()) {
            return new ModelComparer(engine, SpectralOptions.defaults(), 4, 2)
                    .compare(
                            new ModelComparer.Side("A", "", model(a, false), Map.of("encoder", a.size())),
                            new ModelComparer.Side("B", "", model(b, transposed), Map.of("encoder", b.size())),
                            (done, total, last) -> {});
        }
    }

    private static List<Weights> unrelated(int layers, long seed) {
        List<Weights> all = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            all.add(layer(seed + layer, 48, 64));
        }
        return all;
    }

    @Test
    void everySecondLayerOfALargerModelIsFound() throws Exception {
        List<Weights> b = unrelated(6, 100);
        List<Weights> a = List.of(near(b.get(1), 0.5, 7), near(b.get(3), 0.5, 8), near(b.get(5), 0.5, 9));
        for (boolean transposed : new boolean[] {false, true}) {
            Comparison found = compare(a, b, transposed);
            LayerDistances distances = found.layerDistances().get(0);
            assertThat(distances.matched())
                    .extracting(LayerPair::layerA, LayerPair::layerB)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple(0, 1),
                            org.assertj.core.groups.Tuple.tuple(1, 3),
                            org.assertj.core.groups.Tuple.tuple(2, 5));
            // ‖tG‖²/(‖W‖² + ‖W + tG‖²) = t²/(2 + t²) for orthogonal W and G of one size
            assertThat(distances.distances()[1][3]).isCloseTo(0.5 / Math.sqrt(2.25), within(0.02));
            assertThat(distances.distances()[1][2])
                    .isCloseTo(LayerDistances.INDEPENDENT, within(6 * distances.standardError()));
            assertThat(found.pairs()).hasSize(9).allSatisfy(pair -> {
                assertThat(pair.layerB()).isEqualTo(2 * pair.id().layer() + 1);
                assertThat(pair.taskVector().relativeSize()).isCloseTo(0.45, within(0.05)); // t/√(1 + t²)
            });
            assertThat(found.unmatched())
                    .hasSize(9)
                    .allSatisfy(one -> assertThat(one.reason()).contains("3 and 6 layers"));
        }
    }

    @Test
    void unrelatedModelsOfDifferentDepthAreNotPaired() throws Exception {
        Comparison found = compare(unrelated(3, 1), unrelated(4, 50), false);
        assertThat(found.pairs()).isEmpty();
        assertThat(found.unmatched()).hasSize(21);
        Finding finding = found.findings().get(0);
        assertThat(finding.id()).isEqualTo("layer-match");
        assertThat(finding.statement()).contains("nothing is paired");
    }

    @Test
    void modelsOfDifferentDepthAndWidthAreNotPaired() throws Exception {
        List<Weights> narrow = List.of(layer(1, 30, 40), layer(2, 30, 40));
        Comparison found = compare(narrow, unrelated(3, 5), false);
        assertThat(found.pairs()).isEmpty();
        assertThat(found.layerDistances().get(0).distances()).isEmpty();
        assertThat(found.findings().get(0).detail()).contains("no matrix has the same shape in both");
    }

    @Test
    void equalDepthsArePairedByLayer() throws Exception {
        Comparison found = compare(unrelated(3, 1), unrelated(3, 50), false);
        assertThat(found.layerDistances()).isEmpty();
        assertThat(found.pairs())
                .hasSize(9)
                .allSatisfy(
                        pair -> assertThat(pair.layerB()).isEqualTo(pair.id().layer()));
    }

    @Test
    void pairsKeepTheOrderOfBothAndTheNearestOnesWin() {
        // Layer 0 is near 1 and 0, layer 1 near 0 only: crossing is not allowed, so one of them is left, and the sum
        // decides.
        double[][] crossing = {{0.9, 0.2}, {0.1, 1.0}};
        assertThat(LayerMatching.matched(List.of(0, 1), List.of(0, 1), crossing))
                .extracting(LayerPair::layerA, LayerPair::layerB)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(1, 0));
        double[][] far = {{0.95, 1.2}, {1, Double.NaN}};
        assertThat(LayerMatching.matched(List.of(0, 1), List.of(0, 1), far)).isEmpty();
    }

    @Test
    void largeMatricesAreSampledAtTheSamePlaces() throws Exception {
        // 3 × 90,000 entries a layer, of which 3 × 32,768 are read; equal weights stay at distance 0.
        Weights large = layer(3, 300, 300);
        List<Weights> b = List.of(layer(4, 300, 300), large);
        Comparison found = compare(List.of(large), b, true);
        assertThat(found.layerDistances().get(0).distances()[0][1]).isZero();
        assertThat(found.layerDistances().get(0).distances()[0][0]).isCloseTo(1, within(0.015));
        assertThat(found.pairs()).allSatisfy(pair -> assertThat(pair.layerB()).isOne());
    }
}
