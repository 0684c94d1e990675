package org.lowrank.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.analyzer.ModelAnalysis;
import org.lowrank.analyzer.measurement.OpenGroup;
import org.lowrank.analyzer.measurement.TensorGroup;
import org.lowrank.machine.tasks.SideBySide;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.survey.trace.RevisionChoice;
import org.lowrank.survey.trace.TraceListener;
import org.lowrank.survey.trace.TraceRun;
import org.lowrank.survey.trace.TraceSettings;
import org.lowrank.survey.trace.TracedRevision;
import org.lowrank.survey.trace.TrainingRun;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.tensor.DType;

/**
 * Whether fetching the next checkpoint hides behind measuring this one: a made training on a hub whose line has a limited rate, against
 * the larger of measuring alone (the same bytes in local folders) and fetching alone (the same requests at the same rate, nothing
 * measured), all in one process that has done each before.
 *
 * <p>Arguments: a directory for the checkpoints; how many; model dimension; rounds; the line's bytes a second, 0 for a line on which
 * fetching takes as long as measuring; threads that measure. Prints, once a round, seconds and processor seconds of the three, and the
 * hub's processor seconds: what both take of the processors together, no overlap can hide.
 */
public final class TracingOverlap {
    private static final int LAYERS = 4;
    private static final int CONNECTIONS = 4;
    /** Uniform in ±√3 has variance 1. */
    private static final double SQRT_3 = Math.sqrt(3);

    private static final String CONFIG =
            "{\"model_type\": \"bert\", \"num_hidden_layers\": " + LAYERS + ", \"num_attention_heads\": 8}";

    private final MeasureOptions options;
    private final Path out;
    private final String local;

    private TracingOverlap(MeasureOptions options, Path out, Path local) {
        this.options = options;
        this.out = out;
        this.local = local.toString();
    }

    /** Seconds of the clock and of this process's processors. */
    private record Time(double elapsed, double processor) {}

    private interface Work {
        void run() throws Exception;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        int checkpoints = Integer.parseInt(arguments[1]);
        int dimension = Integer.parseInt(arguments[2]);
        Path run = Files.createDirectories(data.resolve("run-" + checkpoints + "-" + dimension));
        for (int step = 0; step < checkpoints; step++) {
            Path folder = Files.createDirectories(run.resolve("step" + step));
            Files.writeString(folder.resolve("config.json"), CONFIG);
            Path weights = folder.resolve("model.safetensors");
            if (!Files.exists(weights)) {
                Files.write(weights, SafetensorsWriter.bytes(tensors(dimension, step)));
            }
        }
        try (TracedHub hub = new TracedHub(run)) {
            MeasureOptions options = MeasureOptions.defaults()
                    .withThreads(Integer.parseInt(arguments[5]))
                    .withSource(SourceOptions.defaults()
                            .withDownloadMode(SourceOptions.DownloadMode.SPOOL)
                            .withEnvironment(Map.of(
                                    "HF_ENDPOINT", hub.endpoint(),
                                    "HF_HOME", data.resolve("hf").toString(),
                                    "LOWRANK_CACHE", data.resolve("own").toString())));
            new TracingOverlap(options, data.resolve("out"), run)
                    .rounds(hub, Integer.parseInt(arguments[3]), Long.parseLong(arguments[4]));
        }
    }

    private void rounds(TracedHub hub, int rounds, long rate) throws Exception {
        trace(local);
        long before = hub.throttle(0);
        fetch();
        long bytes = hub.throttle(0) - before;
        trace(TracedHub.MODEL);
        for (int round = 0; round < rounds; round++) {
            Time measuring = timed(() -> trace(local));
            hub.throttle(rate > 0 ? rate : (long) (bytes / measuring.elapsed));
            Time fetching = timed(this::fetch);
            double hubs = hub.processorSeconds();
            Time both = timed(() -> trace(TracedHub.MODEL));
            System.out.printf(
                    Locale.ROOT,
                    "measuring %.2f fetching %.2f both %.2f ratio %.3f; processor %.2f %.2f %.2f hub %.2f; %.0f MB%n",
                    measuring.elapsed,
                    fetching.elapsed,
                    both.elapsed,
                    both.elapsed / Math.max(fetching.elapsed, measuring.elapsed),
                    measuring.processor,
                    fetching.processor,
                    both.processor,
                    hub.processorSeconds() - hubs,
                    bytes / 1e6);
        }
    }

    private static Time timed(Work work) throws Exception {
        ProcessHandle self = ProcessHandle.current();
        Duration before = self.info().totalCpuDuration().orElse(Duration.ZERO);
        long start = System.nanoTime();
        work.run();
        double elapsed = (System.nanoTime() - start) / 1e9;
        Duration after = self.info().totalCpuDuration().orElse(Duration.ZERO);
        return new Time(elapsed, after.minus(before).toNanos() / 1e9);
    }

    private void trace(String reference) throws Exception {
        TraceSettings again = new TraceSettings(TraceSettings.Distances.ALL, true);
        TraceRun.of(training(reference), options, again, OutputDirectory.open(out), TraceListener.NONE)
                .orElseThrow();
    }

    private TrainingRun training(String reference) throws Exception {
        return TrainingRun.of(ModelReference.parse(reference), RevisionChoice.of("step*"), options.source());
    }

    /** Opens and fetches every checkpoint, and does nothing with it. */
    private void fetch() throws Exception {
        for (TracedRevision revision : training(TracedHub.MODEL).revisions()) {
            try (ModelAnalysis model = ModelAnalysis.open(
                    revision.reference(), options.source(), options.selection(), Optional.of("run"))) {
                SideBySide.all(
                        "fetch", CONNECTIONS, TensorGroup.of(model.layers().matrices()), TracingOverlap::fetch);
            }
        }
    }

    private static boolean fetch(TensorGroup group) throws IOException {
        OpenGroup.open(group).close();
        return true;
    }

    /** Independent entries and a direction that grows, so that σ1 is apart from the rest as after training. */
    private static Map<String, TestTensor> tensors(int d, int step) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        for (String square : List.of("self.query", "self.key", "self.value", "output.dense")) {
            shapes.put("attention." + square, new int[] {d, d});
        }
        shapes.put("intermediate.dense", new int[] {4 * d, d});
        shapes.put("output.dense", new int[] {d, 4 * d});
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        SplittableRandom random = new SplittableRandom(step);
        for (int layer = 0; layer < LAYERS; layer++) {
            for (Map.Entry<String, int[]> shape : shapes.entrySet()) {
                int rows = shape.getValue()[0];
                int cols = shape.getValue()[1];
                double added = 3.0 * (step + 1) / Math.sqrt(Math.max(rows, cols));
                double[] values = new double[rows * cols];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextDouble(-SQRT_3, SQRT_3) + added;
                }
                tensors.put(
                        "bert.encoder.layer." + layer + "." + shape.getKey() + ".weight",
                        TestTensor.of(DType.F32, List.of((long) rows, (long) cols), values));
            }
        }
        return tensors;
    }
}
