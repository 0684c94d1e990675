package org.lowrank.trainer.experiment;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.spectral.FrobeniusNorm;
import org.lowrank.spectral.SpectralNorm;
import org.lowrank.spectral.StableRank;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.experiment.Metric.Quantity;
import org.lowrank.trainer.experiment.Metric.Subject;
import org.lowrank.trainer.merge.DivergedException;
import org.lowrank.trainer.task.BatchOrder;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.variant.Labelled;
import org.lowrank.trainer.variant.Perceptron;
import org.lowrank.trainer.variant.Variant;
import org.lowrank.trainer.variant.VariantDescent;

/**
 * Whether weight decay lowers ranks, and merging costs what it does, under other training than the paper's: two networks on
 * orthogonal tasks for every variant and λ. A condition is a {@link Variant#word}; metrics are {@code loss}, {@code error},
 * {@code mean_inverse_stable_rank}, {@code stable_rank_w1…}, {@code frobenius_norm_w1…} of the first network, and
 * {@code individual_loss}, {@code merged_loss}, {@code merged_error} over both tasks.
 */
public final class VariantExperiment {
    private VariantExperiment() {}

    /**
     * Trains, merges and measures.
     *
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(VariantSettings settings, RunOptions options)
            throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (Variant variant : settings.variants()) {
            for (double lambda : settings.weightDecays()) {
                for (int i = 0; i < settings.draws(); i++) {
                    int draw = i;
                    plan.add(new PieceRunner.Planned(
                            2 * settings.protocol().steps(), () -> new Pair(settings, variant, lambda, draw)));
                }
            }
        }
        VariantSettings one = new VariantSettings(
                settings.preset(),
                settings.protocol().ofOneDraw(),
                settings.hidden(),
                settings.weightDecays(),
                settings.variants());
        return PieceRunner.run(plan, Fingerprint.of(one), options);
    }

    /** Two networks of one draw. */
    private static final class Pair implements Piece {
        /** Steps between looks at the clock. */
        private static final int CHUNK = 500;

        private final String name;
        private final String condition;
        private final double lambda;
        private final long steps;
        private final List<Labelled> tasks = new ArrayList<>();
        private final List<VariantDescent> descents = new ArrayList<>();
        private final Recorder recorder;

        Pair(VariantSettings settings, Variant variant, double lambda, int draw) {
            Protocol p = settings.protocol();
            this.condition = variant.word();
            this.lambda = lambda;
            this.steps = p.steps();
            name = String.format(Locale.ROOT, "%s-draw-%d-lambda-%s", condition, draw, lambda);
            int[] widths = MergingPiece.widths(p.dimension(), settings.hidden());
            widths[widths.length - 1] = variant.outputs();
            for (int network = 0; network < 2; network++) {
                Labelled task = Labelled.orthogonal(
                        p.samples(), p.dimension(), p.frequency(), variant.classes(), p.seed(), draw, network);
                tasks.add(task);
                descents.add(new VariantDescent(
                        Perceptron.uniform(
                                widths.clone(),
                                variant.biases(),
                                new RandomStream(Seeds.of(p.seed(), draw, network, Seeds.Use.WEIGHTS))),
                        task,
                        new DescentSettings(p.stepSize(), lambda),
                        variant,
                        new BatchOrder(p.samples(), Seeds.of(p.seed(), draw, network, Seeds.Use.BATCHES))));
            }
            recorder = new Recorder(draw, RecordedSteps.logarithmic(p.steps(), p.records()));
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long work() {
            return 2 * steps;
        }

        @Override
        public long done() {
            return descents.stream().mapToLong(VariantDescent::step).sum();
        }

        @Override
        public boolean advance() {
            if (recorder.complete()) {
                return false;
            }
            long target = recorder.next();
            for (VariantDescent descent : descents) {
                if (descent.step() < target) {
                    descent.advanceTo(Math.min(target, descent.step() + CHUNK));
                    return true;
                }
            }
            record();
            recorder.advance();
            return !recorder.complete();
        }

        private void record() {
            Perceptron first = descents.get(0).network();
            Perceptron second = descents.get(1).network();
            Perceptron.Fit fit = first.fit(tasks.get(0));
            if (!Double.isFinite(fit.loss())) {
                throw new DivergedException("diverged: " + name + ", step "
                        + descents.get(0).step() + ": the loss is no longer finite; take a smaller --step-size");
            }
            recorder.put(condition, lambda, Quantity.LOSS.alone(), fit.loss());
            recorder.put(condition, lambda, Quantity.ERROR.alone(), fit.error());
            double inverse = 0;
            for (int k = 1; k <= first.depth(); k++) {
                double[] w = first.weight(k);
                int rows = first.widths()[k];
                double norm = FrobeniusNorm.of(w);
                double rank = StableRank.of(norm, rows == 1 ? norm : SpectralNorm.of(w, rows, first.widths()[k - 1]))
                        .orElse(Double.NaN);
                recorder.put(condition, lambda, Quantity.STABLE_RANK.at(k), rank);
                recorder.put(condition, lambda, Quantity.FROBENIUS_NORM.at(k), norm);
                inverse += 1 / rank / first.depth();
            }
            recorder.put(condition, lambda, Quantity.MEAN_INVERSE_STABLE_RANK.of(Subject.ALONE), inverse);
            Perceptron merged = first.plus(second);
            Perceptron.Fit mergedFirst = merged.fit(tasks.get(0));
            Perceptron.Fit mergedSecond = merged.fit(tasks.get(1));
            recorder.put(
                    condition,
                    lambda,
                    Quantity.INDIVIDUAL_LOSS.alone(),
                    (fit.loss() + second.fit(tasks.get(1)).loss()) / 2);
            recorder.put(
                    condition, lambda, Quantity.MERGED_LOSS.alone(), (mergedFirst.loss() + mergedSecond.loss()) / 2);
            recorder.put(
                    condition, lambda, Quantity.MERGED_ERROR.alone(), (mergedFirst.error() + mergedSecond.error()) / 2);
        }

        @Override
        public void save(DataOutputStream out) throws IOException {
            recorder.write(out);
            for (VariantDescent descent : descents) {
                byte[] state = descent.save();
                out.writeInt(state.length);
                out.write(state);
            }
        }

        @Override
        public void restore(DataInputStream in) throws IOException {
            recorder.read(in);
            for (VariantDescent descent : descents) {
                descent.restore(in.readNBytes(in.readInt()));
            }
        }

        @Override
        public List<Curve> curves() {
            return recorder.curves();
        }
    }
}
