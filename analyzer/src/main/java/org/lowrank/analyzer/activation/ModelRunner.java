package org.lowrank.analyzer.activation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lowrank.inference.engine.ActivationListener;
import org.lowrank.inference.engine.Activations;
import org.lowrank.inference.engine.Input;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.Losses;
import org.lowrank.machine.tasks.Progress;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;

/** Runs a model on sequences and measures the input of every matrix and the residual stream. */
public final class ModelRunner {
    private ModelRunner() {}

    /**
     * Runs and measures.
     *
     * @param name of the model, for messages
     * @param sequences token ids within the model's vocabulary and length
     */
    public static ModelRunResult run(LayerwiseModel model, String name, List<int[]> sequences, Progress progress)
            throws IOException, InterruptedException {
        try (SpectralEngine engine = SpectralEngines.create()) {
            Measuring measuring = new Measuring(
                    new ActivationMeasurer(engine, name), model.transformer().stack(), sequences.size(), progress);
            Losses losses = model.run(sequences, measuring).orElse(null);
            long tokens = sequences.stream().mapToLong(ids -> ids.length).sum();
            return new ModelRunResult(sequences.size(), tokens, losses, measuring.rows, measuring.last);
        }
    }

    private static final class Measuring implements ActivationListener {
        private final ActivationMeasurer measurer;
        private final String stack;
        private final int sequences;
        private final Progress progress;
        private final List<ActivationMeasurement> rows = new ArrayList<>();
        private @Nullable ActivationMeasurement last;

        Measuring(ActivationMeasurer measurer, String stack, int sequences, Progress progress) {
            this.measurer = measurer;
            this.stack = stack;
            this.sequences = sequences;
            this.progress = progress;
        }

        @Override
        public void observed(Activations activations) throws IOException {
            ActivationMeasurement row = measurer.measure(activations, stack, sequences);
            if (activations.input().site() == Input.Site.FINAL) {
                last = row;
            } else {
                rows.add(row);
            }
        }

        @Override
        public void progress(long done, long total) {
            progress.at(done, total);
        }
    }
}
