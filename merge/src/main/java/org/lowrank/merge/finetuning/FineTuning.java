package org.lowrank.merge.finetuning;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.lowrank.inference.engine.NativeEngine;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.task.RandomStream;

/**
 * One network in DJL's training: the mean of ln(1 + e^{−y f}) over a batch of the task's windows, every parameter trained and
 * decayed. For one thread, which computes alone, so that the same settings give the same bits.
 */
final class FineTuning implements AutoCloseable {
    /** DJL collects gradients for one network of a process at a time. */
    private static final Object COLLECTING = new Object();

    private final Model model;
    private final Trainer trainer;
    private final TextEncoder encoder;
    private final LabelledTexts task;
    private final int batch;
    private final RandomStream order;
    private int[] epoch = new int[0];
    private int at;
    private long step;

    /**
     * Starts from weights.
     *
     * @param seed of the order of the windows
     */
    FineTuning(
            EncoderWeights start,
            LabelledTexts task,
            FinetuningSettings.Optimizer optimizer,
            FinetuningSettings.Training training,
            double lambda,
            long seed) {
        this.task = task;
        batch = Math.min(training.batch(), task.size());
        order = new RandomStream(seed);
        model = opened();
        encoder = new TextEncoder(start, model.getNDManager());
        model.setBlock(encoder);
        DefaultTrainingConfig config = new DefaultTrainingConfig(Loss.l2Loss()) // the loss is taken below
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(optimizer(optimizer, training.step(optimizer), lambda));
        trainer = model.newTrainer(config);
        trainer.initialize(new Shape(batch, task.windows().get(0).length));
    }

    private static Model opened() {
        NativeEngine.manager(false).close();
        JniUtils.setNumThreads(1);
        return Model.newInstance("encoder", Device.cpu(), "PyTorch");
    }

    private static Optimizer optimizer(FinetuningSettings.Optimizer optimizer, double step, double lambda) {
        Tracker rate = Tracker.fixed((float) step);
        return switch (optimizer) {
            case ADAMW ->
                Optimizer.adamW()
                        .optLearningRateTracker(rate)
                        .optWeightDecays((float) lambda)
                        .build();
            case SGD ->
                Optimizer.sgd()
                        .setLearningRateTracker(rate)
                        .optWeightDecays((float) lambda)
                        .build();
        };
    }

    long step() {
        return step;
    }

    /** One step on the next batch; every window once an epoch, in a new order. */
    void advance() {
        int[] chosen = next();
        NDManager manager = trainer.getManager();
        synchronized (COLLECTING) {
            backward(manager, chosen);
        }
        trainer.step();
        step++;
    }

    private void backward(NDManager manager, int[] chosen) {
        try (NDManager scope = manager.newSubManager();
                GradientCollector gradients = trainer.newGradientCollector()) {
            NDArray ids = scope.create(
                    task.ids(chosen), new Shape(chosen.length, task.windows().get(0).length));
            NDArray labels = scope.create(task.labels(chosen));
            NDArray outputs = trainer.forward(new NDList(ids)).singletonOrThrow();
            NDArray loss =
                    outputs.mul(labels).neg().getNDArrayInternal().softPlus().mean();
            gradients.backward(loss);
        }
    }

    private int[] next() {
        if (at + batch > epoch.length) {
            epoch = IntStream.range(0, task.size()).toArray();
            order.shuffle(epoch);
            at = 0;
        }
        int[] chosen = Arrays.copyOfRange(epoch, at, at + batch);
        at += batch;
        return chosen;
    }

    EncoderWeights weights() {
        return encoder.weights();
    }

    /**
     * How weights do on a task.
     *
     * @param loss mean of ln(1 + e^{−y f}), in double
     * @param error share of the windows with y f ≤ 0
     */
    record Fit(double loss, double error) {
        static Fit of(double[] outputs, float[] labels) {
            double loss = 0;
            int wrong = 0;
            for (int i = 0; i < outputs.length; i++) {
                double margin = labels[i] * outputs[i];
                loss += Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
                wrong += margin > 0 ? 0 : 1;
            }
            return new Fit(loss / outputs.length, (double) wrong / outputs.length);
        }
    }

    /** f of every window. */
    double[] outputs(LabelledTexts on) {
        int[] all = IntStream.range(0, on.size()).toArray();
        double[] outputs = new double[all.length];
        for (int from = 0; from < all.length; from += batch) {
            int[] some = Arrays.copyOfRange(all, from, Math.min(all.length, from + batch));
            try (NDManager scope = trainer.getManager().newSubManager()) {
                NDArray ids = scope.create(
                        on.ids(some), new Shape(some.length, on.windows().get(0).length));
                float[] part =
                        trainer.evaluate(new NDList(ids)).singletonOrThrow().toFloatArray();
                for (int i = 0; i < part.length; i++) {
                    outputs[from + i] = part[i];
                }
            }
        }
        return outputs;
    }

    Fit fit(LabelledTexts on) {
        return Fit.of(outputs(on), on.labels());
    }

    @Override
    public void close() {
        trainer.close();
        model.close();
    }
}
