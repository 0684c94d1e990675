package org.lowrank.merge.finetuning;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Piece;
import org.lowrank.trainer.task.Seeds;

/** Three networks of one draw, optimiser and λ, and their merges. Kept between networks: a network is trained in one go. */
final class FinetuningPiece implements Piece {
    private static final int NETWORKS = 3;
    /** Steps between looks at the clock. */
    private static final int STEPS = 5;

    private final Run run;
    private final EncoderWeights base;
    private final List<TextTasks.Split> tasks;
    private final long[] recorded;
    private final List<EncoderWeights> trained = new ArrayList<>();
    /** Losses and errors by metric, one map a network. */
    private final List<Map<String, double[]>> individual = new ArrayList<>();

    private List<Curve> merged = List.of();
    private @Nullable FineTuning current;

    /** What decides a piece. */
    record Run(FinetuningSettings settings, int draw, FinetuningSettings.Optimizer optimizer, double lambda) {
        long work() {
            return NETWORKS * settings.training().steps();
        }
    }

    FinetuningPiece(Run run, EncoderWeights base, TextTasks tasks) {
        this.run = run;
        this.base = base;
        this.tasks = List.of(tasks.first(), tasks.disjoint(), tasks.shared());
        recorded = RecordedSteps.logarithmic(
                run.settings().training().steps(), run.settings().training().records());
    }

    @Override
    public String name() {
        return String.format(
                Locale.ROOT,
                "finetuning-draw-%d-%s-lambda-%s",
                run.draw(),
                run.optimizer().key(),
                run.lambda());
    }

    @Override
    public long work() {
        return run.work();
    }

    @Override
    public long done() {
        return trained.size() * run.settings().training().steps() + (current == null ? 0 : current.step());
    }

    @Override
    public boolean advance() {
        if (trained.size() < NETWORKS) {
            train();
            return true;
        }
        if (merged.isEmpty()) {
            try {
                merged = new SummedTaskVectors(run, base, trained, tasks).curves();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return false;
    }

    private void train() {
        int network = trained.size();
        TextTasks.Split task = tasks.get(network);
        FineTuning tuning = current;
        if (tuning == null) {
            long seed = Seeds.of(run.settings().seed(), run.draw(), network, Seeds.Use.BATCHES);
            tuning = new FineTuning(
                    base, task.trained(), run.optimizer(), run.settings().training(), run.lambda(), seed);
            current = tuning;
            individual.add(new TreeMap<>());
            record(tuning, task);
        }
        for (int i = 0; i < STEPS && tuning.step() < run.settings().training().steps(); i++) {
            tuning.advance();
            record(tuning, task);
        }
        if (tuning.step() == run.settings().training().steps()) {
            trained.add(tuning.weights());
            tuning.close();
            current = null;
        }
    }

    private void record(FineTuning tuning, TextTasks.Split task) {
        int at = Arrays.binarySearch(recorded, tuning.step());
        if (at >= 0) {
            FineTuning.Fit fit = tuning.fit(task.trained());
            FineTuning.Fit held = tuning.fit(task.heldOut());
            put(Quantity.LOSS, at, fit.loss());
            put(Quantity.ERROR, at, fit.error());
            put(Quantity.HELD_OUT_LOSS, at, held.loss());
            put(Quantity.HELD_OUT_ERROR, at, held.error());
        }
    }

    private void put(Quantity quantity, int at, double value) {
        individual.get(individual.size() - 1)
                .computeIfAbsent(quantity.alone().text(), name -> new double[recorded.length])[at] = value;
    }

    @Override
    public void save(DataOutputStream out) throws IOException {
        out.writeInt(trained.size());
        for (int i = 0; i < trained.size(); i++) {
            Saved.write(individual.get(i), out);
            Saved.write(trained.get(i), out);
        }
        Saved.write(merged, out);
    }

    @Override
    public void restore(DataInputStream in) throws IOException {
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            individual.add(Saved.metrics(in));
            trained.add(Saved.weights(base, in));
        }
        merged = Saved.curves(in);
    }

    @Override
    public List<Curve> curves() {
        List<Curve> curves = new ArrayList<>();
        for (Condition condition : Condition.values()) {
            add(curves, condition, "_first", 0);
            add(curves, condition, "_second", condition.second());
        }
        curves.addAll(merged);
        return curves;
    }

    private void add(List<Curve> curves, Condition condition, String suffix, int network) {
        individual
                .get(network)
                .forEach((metric, values) -> curves.add(new Curve(
                        condition.of(run.optimizer()), run.draw(), run.lambda(), metric + suffix, recorded, values)));
    }
}
