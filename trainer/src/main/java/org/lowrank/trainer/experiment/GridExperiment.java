package org.lowrank.trainer.experiment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.trainer.curve.Curve;
import org.lowrank.trainer.curve.RecordedSteps;
import org.lowrank.trainer.descent.Descent;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.Seeds;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.Task;

/**
 * What Figure 3's readers ask next: the same training over widths, depths, overlaps of the tasks' inputs and numbers of tasks.
 * Metrics: {@code loss}, {@code error}, {@code stable_rank_w1…}, {@code frobenius_norm_w1…} of the first network;
 * {@code individual_loss}, {@code merged_loss}, {@code averaged_loss}, {@code scaled_loss}, {@code merged_error}: means over the tasks, of
 * each task's own network, of the sum of all networks, of their mean and of the sum's best multiple. Of two networks also
 * {@code output_gap} and what bounds it, and what random networks in the other's place would do
 * ({@link org.lowrank.trainer.merge.RandomControl}).
 */
public final class GridExperiment {
    private GridExperiment() {}

    /**
     * Trains, merges and measures.
     *
     * @throws InterruptedException if this thread is interrupted; with checkpoints the same call resumes
     * @throws IOException if a checkpoint cannot be written
     */
    public static List<Curve> run(GridSettings settings, RunOptions options) throws IOException, InterruptedException {
        List<PieceRunner.Planned> plan = new ArrayList<>();
        for (GridSettings.Cell cell : settings.cells()) {
            for (double lambda : settings.weightDecays()) {
                for (int i = 0; i < settings.draws(); i++) {
                    int draw = i;
                    plan.add(new PieceRunner.Planned(
                            settings.networksAt(cell.value())
                                    * settings.protocol().steps(),
                            () -> piece(settings, draw, cell, lambda)));
                }
            }
            for (int i = 0; i < settings.draws() && settings.axis() == GridSettings.Axis.TRANSITION; i++) {
                int draw = i;
                plan.add(new PieceRunner.Planned(
                        TransitionSearch.work(settings.protocol()), () -> search(settings, draw, cell)));
            }
        }
        GridSettings one = new GridSettings(
                settings.preset(),
                settings.protocol().ofOneDraw(),
                settings.axis(),
                settings.values(),
                settings.hidden(),
                settings.weightDecays(),
                settings.overlaps());
        return PieceRunner.run(plan, Fingerprint.of(one), options);
    }

    private static Piece piece(GridSettings settings, int draw, GridSettings.Cell cell, double lambda) {
        Protocol p = settings.protocol();
        List<Task> tasks = tasks(settings, draw, cell);
        List<Descent> descents = new ArrayList<>();
        for (int network = 0; network < tasks.size(); network++) {
            descents.add(descent(settings, draw, cell, network, tasks.get(network), lambda));
        }
        String condition = settings.condition(cell);
        return new TrainingPiece(
                String.format(Locale.ROOT, "%s-draw-%d-lambda-%s", condition, draw, lambda),
                p.steps(),
                descents,
                new Recorder(draw, RecordedSteps.logarithmic(p.steps(), p.records())),
                (recorder, networks) -> {
                    GridMeasures measures = new GridMeasures(recorder, condition, lambda, networks, tasks);
                    measures.first();
                    if (networks.size() > 1) {
                        measures.merged();
                    }
                    if (settings.axis() != GridSettings.Axis.TASKS && networks.size() == 2) {
                        measures.pair(p.seed(), draw);
                    }
                });
    }

    /** A network of a draw before training, about to descend. */
    private static Descent descent(
            GridSettings settings, int draw, GridSettings.Cell cell, int network, Task task, double lambda) {
        Protocol p = settings.protocol();
        RandomStream random = new RandomStream(Seeds.of(p.seed(), draw, network, Seeds.Use.WEIGHTS));
        int[] widths = MergingPiece.widths(p.dimension(), settings.hiddenAt(cell.value()));
        return MergingPiece.descent(
                p.precision(),
                p.initialisation().draw(widths, random),
                task,
                new DescentSettings(p.stepSize(), lambda));
    }

    private static Piece search(GridSettings settings, int draw, GridSettings.Cell cell) {
        Task task = tasks(settings, draw, cell).get(0);
        return new TransitionSearch(
                settings.condition(cell),
                draw,
                settings.protocol(),
                task,
                lambda -> descent(settings, draw, cell, 0, task, lambda));
    }

    private static List<Task> tasks(GridSettings settings, int draw, GridSettings.Cell cell) {
        Protocol p = settings.protocol();
        int count = settings.networksAt(cell.value());
        if (settings.axis() == GridSettings.Axis.OVERLAP) {
            return List.of(
                    SyntheticTasks.half(p.samples(), p.dimension(), p.frequency(), p.seed(), draw, 0),
                    SyntheticTasks.overlapping(
                            p.samples(), p.dimension(), cell.value(), p.frequency(), p.seed(), draw));
        }
        List<Task> tasks = new ArrayList<>();
        int share = p.dimension() / count;
        for (int i = 0; i < count; i++) {
            if (cell.overlap() > 0) {
                tasks.add(SyntheticTasks.sharing(
                        p.samples(), p.dimension(), count, i, cell.overlap(), p.frequency(), p.seed(), draw));
                continue;
            }
            tasks.add(SyntheticTasks.sphere(
                    p.samples(),
                    p.dimension(),
                    i * share,
                    (i + 1) * share,
                    p.frequency(),
                    new RandomStream(Seeds.of(p.seed(), draw, i, Seeds.Use.INPUTS)),
                    new RandomStream(Seeds.of(p.seed(), draw, i, Seeds.Use.LABELS))));
        }
        return tasks;
    }
}
