package org.lowrank.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.lowrank.inference.engine.ActivationListener;
import org.lowrank.inference.engine.LayerwiseModel;
import org.lowrank.inference.engine.RunSettings;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.format.CheckpointReader;
import org.lowrank.weights.tensor.Checkpoint;

/**
 * Tokens per second of {@link LayerwiseModel}, weights read from the file in every round, beside {@code
 * benchmarks/forward_baseline.py run} on the same checkpoint and tokens.
 *
 * <p>Arguments: the model's directory, sequences, tokens of each, threads, rounds. Needs {@code --add-modules
 * jdk.incubator.vector -Dai.djl.offline=true}.
 */
public final class ForwardPass {
    private static final int IDS = 997;

    private ForwardPass() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        int sequences = Integer.parseInt(arguments[1]);
        int length = Integer.parseInt(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        int rounds = Integer.parseInt(arguments[4]);
        List<int[]> ids = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            int[] sequence = new int[length];
            for (int j = 0; j < length; j++) {
                sequence[j] = 1 + (i * length + j) % IDS;
            }
            ids.add(sequence);
        }
        try (ModelFiles files = LocalFiles.of(Path.of(arguments[0]));
                CheckpointReader reader = new CheckpointReader(files)) {
            Checkpoint checkpoint = reader.read();
            try (LayerwiseModel model = LayerwiseModel.open(
                    checkpoint, checkpoint.config(), RunSettings.defaults().withThreads(threads))) {
                model.observe(ids, ActivationListener.NONE);
                for (int round = 0; round < rounds; round++) {
                    long wall = System.nanoTime();
                    long cpu = cpu();
                    model.observe(ids, ActivationListener.NONE);
                    double tokens = (double) sequences * length;
                    System.out.printf(
                            Locale.ROOT,
                            "lowrank tokens/s %.0f (%.0f per CPU second)%n",
                            tokens / ((System.nanoTime() - wall) / 1e9),
                            tokens / ((cpu() - cpu) / 1e9));
                }
            }
        }
    }

    /** Of the process, native threads too. */
    private static long cpu() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
