package org.lowrank.trainer.experiment;

import java.util.List;
import java.util.Locale;

/**
 * Settings of the experiment on a pretrained encoder: fine-tuned on two tasks from one start and merged by the sum of the task
 * vectors.
 *
 * @param preset these started from
 * @param model as the user calls it
 * @param layers of the encoder that are used, the first ones; 0 for all
 * @param data what the tasks are made of
 * @param training how each network is trained
 * @param draws of texts, vocabularies and batches
 * @param seed of all draws
 */
public record FinetuningSettings(
        Preset preset, String model, int layers, Data data, Training training, int draws, long seed)
        implements ExperimentSettings {
    /** The condition in which the two tasks use different halves of the vocabulary. */
    public static final String DISJOINT = "disjoint";

    /** The condition in which they use the same half. */
    public static final String SHARED = "shared";

    /** Checks the ranges. */
    public FinetuningSettings {
        if (layers < 0 || draws < 1) {
            throw new IllegalArgumentException(
                    "finetuning: layers " + layers + ", draws " + draws + ": need no negative one and at least 1");
        }
    }

    /**
     * Windows of four texts.
     *
     * @param texts names of the four files, in the order of the classes
     * @param samples windows of each task, a multiple of 4; as many again are held out
     * @param tokens of a window, special ones not counted
     */
    public record Data(List<String> texts, int samples, int tokens) {
        /** How many texts there are: two labels of two values each. */
        public static final int TEXTS = 4;

        /** Checks the ranges. */
        public Data {
            texts = List.copyOf(texts);
            if (texts.size() != TEXTS || samples < TEXTS || samples % TEXTS != 0 || tokens < 1) {
                throw new IllegalArgumentException("finetuning: texts " + texts + ", samples " + samples + ", tokens "
                        + tokens + ": need four texts, a multiple of 4 samples and at least 1 token");
            }
        }
    }

    /** The optimisers, each with its own curves. */
    public enum Optimizer {
        /** Adam with decay of its own, W ← (1 − ηλ) W − η step (Loshchilov and Hutter 2019). */
        ADAMW("AdamW"),
        /** W ← (1 − ηλ) W − η ∇L of a batch. */
        SGD("SGD");

        private final String title;

        Optimizer(String title) {
            this.title = title;
        }

        /** As it is written. */
        public String title() {
            return title;
        }

        /** In names of curves. */
        public String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The curves' condition: {@code adamw-disjoint}. */
        public String condition(String tasks) {
            return key() + "-" + tasks;
        }
    }

    /**
     * How a network is trained.
     *
     * @param adamStep η of AdamW
     * @param sgdStep η of SGD
     * @param batch windows of a step
     * @param steps in all
     * @param records how many steps are recorded, log-spaced, besides step 0
     * @param weightDecays λ, each with its own networks
     */
    public record Training(
            double adamStep, double sgdStep, int batch, long steps, int records, List<Double> weightDecays) {
        /** Checks the ranges. */
        public Training {
            weightDecays = weightDecays.stream().sorted().distinct().toList();
            boolean decays = !weightDecays.isEmpty() && weightDecays.stream().allMatch(l -> l >= 0 && l < 1 / sgdStep);
            if (!(adamStep > 0) || !(sgdStep > 0) || batch < 1 || steps < 1 || records < 1 || !decays) {
                throw new IllegalArgumentException("finetuning: step sizes " + adamStep + " and " + sgdStep + ", batch "
                        + batch + ", steps " + steps + ", records " + records + ", weight decays " + weightDecays
                        + ": need positive ones, and λ from 0 to below 1/η");
            }
        }

        /** η. */
        public double step(Optimizer optimizer) {
            return optimizer == Optimizer.ADAMW ? adamStep : sgdStep;
        }
    }

    /** Four licences of Debian's base-files; λ in {0, 1e-4, 1e-2}; five draws. */
    public static FinetuningSettings paper() {
        return new FinetuningSettings(
                Preset.PAPER,
                "sentence-transformers/all-MiniLM-L6-v2",
                0,
                new Data(List.of("GPL-3", "Apache-2.0", "MPL-2.0", "GFDL-1.3"), 32, 8),
                new Training(5e-4, 0.1, 8, 200, 6, List.of(0.0, 1e-4, 1e-2)),
                5,
                0);
    }

    /** Two layers, two draws, 40 steps. */
    public static FinetuningSettings quick() {
        FinetuningSettings paper = paper();
        Training t = paper.training();
        return new FinetuningSettings(
                Preset.QUICK,
                paper.model(),
                2,
                paper.data(),
                new Training(t.adamStep(), t.sgdStep(), 8, 40, 4, List.of(0.0, 1e-2)),
                2,
                0);
    }

    /** The same with one draw and λ: what decides the curves of each, however many there are. */
    public FinetuningSettings ofOnePiece() {
        Training t = training;
        Training one = new Training(t.adamStep(), t.sgdStep(), t.batch(), t.steps(), t.records(), List.of(0.0));
        return new FinetuningSettings(preset, model, layers, data, one, 1, seed);
    }

    @Override
    public Precision precision() {
        return Precision.FLOAT32;
    }
}
