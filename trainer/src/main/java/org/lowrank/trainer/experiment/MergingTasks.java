package org.lowrank.trainer.experiment;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.lowrank.trainer.task.FashionMnist;
import org.lowrank.trainer.task.SyntheticTasks;
import org.lowrank.trainer.task.TaskPair;

/** The tasks of each draw. The first task of the orthogonal pair is that of the same-task pair. */
final class MergingTasks {
    private final MergingSettings settings;
    private final @Nullable FashionMnist images;

    MergingTasks(MergingSettings settings, @Nullable FashionMnist images) {
        this.settings = settings;
        this.images = images;
    }

    int dimension() {
        return synthetic() ? settings.dimension() : 2 * images().pixels();
    }

    TaskPair orthogonal(int draw) {
        return synthetic()
                ? SyntheticTasks.orthogonal(
                        settings.samples(), settings.dimension(), settings.frequency(), settings.seed(), draw)
                : images().orthogonal(settings.samples(), settings.seed(), draw);
    }

    TaskPair same(int draw) {
        return synthetic()
                ? SyntheticTasks.same(
                        settings.samples(), settings.dimension(), settings.frequency(), settings.seed(), draw)
                : images().same(settings.samples(), settings.seed(), draw);
    }

    private boolean synthetic() {
        return settings.data() == MergingSettings.Data.SYNTHETIC;
    }

    private FashionMnist images() {
        return Objects.requireNonNull(images, "merging: Fashion-MNIST tasks need the images");
    }
}
