package org.lowrank.merge.finetuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.lowrank.trainer.experiment.FinetuningSettings;

class FineTuningTest {
    private static final LabelledTexts TASK = new LabelledTexts(
            List.of(new int[] {0, 1, 2}, new int[] {3, 2, 0}, new int[] {4, 4, 1}), new float[] {1, -1, -1});

    private static final FinetuningSettings.Training TRAINING =
            new FinetuningSettings.Training(0.01, 0.05, 3, 10, 2, List.of(0.0, 0.5));

    /** W ← (1 − ηλ) W where the gradient is 0: of positions that no window reaches. */
    @Test
    void whatHasNoGradientShrinksByTheStepTimesTheDecayWithBothOptimizers() {
        for (FinetuningSettings.Optimizer optimizer : FinetuningSettings.Optimizer.values()) {
            EncoderWeights start = TinyEncoder.weights(1);
            EncoderWeights after = trained(start, optimizer, 0.5, 4);
            float before = floats(start, EncoderWeights.POSITIONS)[5 * TinyEncoder.WIDTH + 3];
            double factor = Math.pow(1 - TRAINING.step(optimizer) * 0.5, 4);
            assertThat((double) floats(after, EncoderWeights.POSITIONS)[5 * TinyEncoder.WIDTH + 3])
                    .as(optimizer.title())
                    .isCloseTo(before * factor, within(1e-6 * Math.abs(before)));
        }
    }

    /** Central differences of the loss in double, of the gradient that one step of SGD without decay shows. */
    @Test
    void aStepOfSgdGoesAlongTheGradientOfTheLoss() {
        EncoderWeights start = TinyEncoder.weights(2);
        EncoderWeights after = trained(start, FinetuningSettings.Optimizer.SGD, 0, 1);
        for (String name : List.of(
                EncoderWeights.TOKENS,
                "encoder.layer.0.attention.self.query.weight",
                "encoder.layer.0.intermediate.dense.weight",
                "classifier.weight")) {
            int at = name.equals(EncoderWeights.TOKENS) ? 2 : 5;
            double gradient = (floats(start, name)[at] - floats(after, name)[at]) / TRAINING.sgdStep();
            double h = 1e-2;
            double difference = (loss(moved(start, name, at, h)) - loss(moved(start, name, at, -h))) / (2 * h);
            assertThat(gradient).as(name).isCloseTo(difference, within(2e-4 + 0.02 * Math.abs(difference)));
        }
    }

    @Test
    void theSameStartGivesTheSameBitsAndAnotherOrderOthers() {
        EncoderWeights start = TinyEncoder.weights(3);
        FinetuningSettings.Training small = new FinetuningSettings.Training(0.01, 0.05, 1, 10, 2, List.of(0.0));
        List<float[]> heads = new ArrayList<>();
        for (long seed : new long[] {7, 7, 8}) {
            try (FineTuning tuning = new FineTuning(start, TASK, FinetuningSettings.Optimizer.ADAMW, small, 0, seed)) {
                tuning.advance();
                tuning.advance();
                heads.add(floats(tuning.weights(), "classifier.weight"));
            }
        }
        assertThat(heads.get(0)).isEqualTo(heads.get(1)).isNotEqualTo(heads.get(2));
    }

    /** ln 2 and every window wrong where the output is 0: no margin is above 0. */
    @Test
    void anOutputOfZerosHasLossLnTwo() {
        FineTuning.Fit fit = FineTuning.Fit.of(new double[] {0, 0}, new float[] {1, -1});
        assertThat(fit.loss()).isCloseTo(Math.log(2), within(1e-15));
        assertThat(fit.error()).isEqualTo(1);
        // ln(1 + e^1000) is 1000 and does not overflow
        assertThat(FineTuning.Fit.of(new double[] {1000}, new float[] {-1}).loss())
                .isEqualTo(1000);
    }

    private static EncoderWeights trained(
            EncoderWeights start, FinetuningSettings.Optimizer optimizer, double lambda, int steps) {
        try (FineTuning tuning = new FineTuning(start, TASK, optimizer, TRAINING, lambda, 1)) {
            for (int i = 0; i < steps; i++) {
                tuning.advance();
            }
            return tuning.weights();
        }
    }

    private static double loss(EncoderWeights weights) {
        try (FineTuning network = new FineTuning(weights, TASK, FinetuningSettings.Optimizer.SGD, TRAINING, 0, 1)) {
            return network.fit(TASK).loss();
        }
    }

    private static EncoderWeights moved(EncoderWeights weights, String name, int at, double by) {
        Map<String, EncoderWeights.Values> tensors = new LinkedHashMap<>(weights.tensors());
        float[] floats = floats(weights, name).clone();
        floats[at] += (float) by;
        tensors.put(
                name,
                new EncoderWeights.Values(
                        Objects.requireNonNull(tensors.get(name)).shape(), floats));
        return new EncoderWeights(weights.heads(), weights.layers(), tensors);
    }

    private static float[] floats(EncoderWeights weights, String name) {
        return Objects.requireNonNull(weights.tensors().get(name)).floats();
    }
}
