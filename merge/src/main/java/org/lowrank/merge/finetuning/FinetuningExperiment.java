package org.lowrank.merge.finetuning;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.experiment.FinetuningSettings;
import org.lowrank.trainer.experiment.Fingerprint;
import org.lowrank.trainer.experiment.PieceRunner;
import org.lowrank.trainer.experiment.RunOptions;

/** Fine-tunes, merges and measures: a piece for every draw, optimiser and λ. */
public final class FinetuningExperiment {
    private FinetuningExperiment() {}

    /**
     * Runs it.
     *
     * @throws IllegalArgumentException if a text is too short
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     */
    public static List<Curve> run(FinetuningSettings settings, FinetuningInputs inputs, RunOptions options)
            throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (int i = 0; i < settings.draws(); i++) {
            int draw = i;
            TextTasks tasks = TextTasks.draw(inputs.tokens(), settings.data(), settings.seed(), draw);
            for (FinetuningSettings.Optimizer optimizer : FinetuningSettings.Optimizer.values()) {
                for (double lambda : settings.training().weightDecays()) {
                    FinetuningPiece.Run run = new FinetuningPiece.Run(settings, draw, optimizer, lambda);
                    plan.add(new PieceRunner.Planned(run.work(), () -> new FinetuningPiece(run, inputs.base(), tasks)));
                }
            }
        }
        String fingerprint = Fingerprint.of(settings.ofOnePiece()) + " " + inputs.checksum();
        return PieceRunner.run(plan, fingerprint, options);
    }
}
