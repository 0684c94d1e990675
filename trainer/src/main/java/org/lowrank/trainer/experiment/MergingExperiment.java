package org.lowrank.trainer.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.task.FashionMnist;

/**
 * Figures 3 and 5: networks trained apart on orthogonal tasks, or on one task with other labels, and added. Conditions
 * {@code orthogonal} (every λ) and {@code same} (the λ of the curves). Metrics, with suffixes {@code _first},
 * {@code _second} for the networks on their own tasks: {@code loss}, {@code error}, {@code margin_error},
 * {@code stable_rank_w1…}, {@code frobenius_norm_w1…}, {@code alignment}; of the merged one {@code loss_merged_first}
 * (on the first task) and so on, {@code stable_rank_w1_merged…}.
 *
 * <pre>{@code
 * MergingSettings settings = MergingSettings.quick(MergingSettings.Data.SYNTHETIC);
 * List<Curve> curves = MergingExperiment.run(settings, null, new RunOptions(2, null, Progress.NONE));
 * }</pre>
 */
public final class MergingExperiment {
    private MergingExperiment() {}

    /**
     * Trains, merges and measures.
     *
     * @param images Fashion-MNIST where the settings ask for it
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(MergingSettings settings, @Nullable FashionMnist images, RunOptions options)
            throws IOException, InterruptedException {
        MergingTasks tasks = new MergingTasks(settings, images);
        List<Double> order = new ArrayList<>(settings.weightDecays());
        // The λ with three networks first: long pieces at the end would leave threads idle.
        order.remove(settings.weightDecay());
        order.add(0, settings.weightDecay());
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (double lambda : order) {
            for (int i = 0; i < settings.drawsAt(lambda); i++) {
                int draw = i;
                plan.add(new PieceRunner.Planned(
                        settings.steps() * MergingPiece.networks(settings, lambda),
                        () -> MergingPiece.of(settings, tasks, draw, lambda)));
            }
        }
        return PieceRunner.run(plan, Fingerprint.of(settings.ofOneDraw()), options);
    }
}
