package org.lowrank.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.PlainDescent;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.network.ReluNetwork;
import org.lowrank.trainer.task.Task;

/** One neuron a layer, one point x = 1 with y = 1, all weights r: at rest λ = r^{K−2}/(1 + e^{r^K}). */
class TransitionSearchTest {
    private static final Task ONE = new Task(1, 1, new double[] {1}, new double[] {1});

    private static Protocol protocol(long steps) {
        return new Protocol(1, 2, 1, Initialisation.UNIFORM, 0.3, steps, 1, 20, Precision.FLOAT64, 0);
    }

    private static TransitionSearch search(int depth) {
        return search(depth, 4000);
    }

    private static TransitionSearch search(int depth, long steps) {
        int[] widths = new int[depth + 1];
        Arrays.fill(widths, 1);
        double[][] weights = new double[depth][];
        Arrays.setAll(weights, k -> new double[] {1.2});
        return new TransitionSearch(
                "K=" + depth,
                0,
                protocol(steps),
                ONE,
                lambda -> new PlainDescent(new ReluNetwork(widths, weights), ONE, new DescentSettings(0.3, lambda)));
    }

    private static List<Curve> norms(TransitionSearch search) {
        while (search.advance()) {
            // to the end
        }
        return search.curves().stream()
                .filter(curve -> curve.metric().equals("frobenius_norm_w1"))
                .toList();
    }

    private static double largestSurviving(List<Curve> norms) {
        return norms.stream()
                .filter(norm -> !TransitionSearch.collapses(norm.steps(), norm.values()))
                .mapToDouble(Curve::lambda)
                .max()
                .orElseThrow();
    }

    /** max over r of r/(1 + e^{r³}) = 0.29985 at r = 0.8091 (by Newton's method on 1 + e^{r³} = 3r³e^{r³}). */
    @Test
    void threeLayersJumpWhereTheirPointsOfRestEnd() {
        List<Curve> norms = norms(search(3));
        assertThat(norms).hasSize(14);
        assertThat(largestSurviving(norms)).isCloseTo(0.29985, within(2e-3));
        double nearest = norms.get(10).last();
        assertThat(norms.get(10).lambda()).isCloseTo(0.98 * 0.29985, within(2e-3));
        assertThat(nearest).isGreaterThan(0.81);
        assertThat(norms.get(10).lambda()).isCloseTo(nearest / (1 + Math.exp(Math.pow(nearest, 3))), within(1e-4));
    }

    /** After so many steps a collapsed network's weights are subnormal numbers, which 1 − 0.3λ does not change. */
    @Test
    void collapseIsSeenHoweverLongAgoItWas() {
        List<Curve> norms = norms(search(3, 20_000));
        assertThat(norms).anySatisfy(norm -> assertThat(norm.last()).isBetween(0.0, Double.MIN_NORMAL));
        assertThat(largestSurviving(norms)).isCloseTo(0.29985, within(2e-3));
    }

    /** r = √ln(1/λ − 1) vanishes at λ = 1/2, the search's end. */
    @Test
    void twoLayersSurviveToOneHalf() {
        List<Curve> norms = norms(search(2));
        assertThat(largestSurviving(norms)).isGreaterThan(0.498);
        Curve nearest = norms.get(10);
        assertThat(nearest.last()).isCloseTo(Math.sqrt(Math.log(1 / nearest.lambda() - 1)), within(1e-3));
    }

    @Test
    void resumedSearchEndsAsAnUninterruptedOne() throws IOException {
        TransitionSearch first = search(3);
        for (int i = 0; i < 5; i++) {
            first.advance();
        }
        ByteArrayOutputStream state = new ByteArrayOutputStream();
        first.save(new DataOutputStream(state));
        TransitionSearch second = search(3);
        second.restore(new DataInputStream(new ByteArrayInputStream(state.toByteArray())));
        assertThat(second.done()).isEqualTo(5 * 4000L);
        assertThat(norms(second)).usingRecursiveComparison().isEqualTo(norms(first));
    }
}
