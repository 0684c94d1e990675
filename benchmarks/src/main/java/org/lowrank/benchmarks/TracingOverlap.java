package org.lowrank.benchmarks;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.lowrank.analyzer.MeasureOptions;
import org.lowrank.reports.OutputDirectory;
import org.lowrank.survey.trace.RevisionChoice;
import org.lowrank.survey.trace.TraceListener;
import org.lowrank.survey.trace.TraceRun;
import org.lowrank.survey.trace.TraceSettings;
import org.lowrank.survey.trace.TrainingRun;
import org.lowrank.weights.checkpoints.Content;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.files.SourceOptions;
import org.lowrank.weights.hub.FakeHub;
import org.lowrank.weights.reference.ModelReference;
import org.lowrank.weights.tensor.DType;

/**
 * Whether fetching the next checkpoint hides behind measuring this one: a made training on a hub whose line is as slow as
 * measuring, against the larger of measuring alone (from local files) and fetching alone (bytes over the rate).
 *
 * <p>Arguments: a directory for the checkpoints; how many; model dimension; rounds; how many times as long fetching takes as
 * measuring (1 where left out). Prints {@code measuring}, {@code fetching}, {@code both} in seconds, once a round.
 */
public final class TracingOverlap {
    private static final int LAYERS = 4;
    private static final String CONFIG = "{\"model_type\": \"bert\", \"num_hidden_layers\": " + LAYERS
            + ", \"num_attention_heads\": 8}";
    private static final String MODEL = "example-org/run";

    private TracingOverlap() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        int checkpoints = Integer.parseInt(arguments[1]);
        int dimension = Integer.parseInt(arguments[2]);
        int rounds = Integer.parseInt(arguments[3]);
        double slower = arguments.length > 4 ? Double.parseDouble(arguments[4]) : 1;
        try (FakeHub hub = new FakeHub()) {
            for (int step = 0; step < checkpoints; step++) {
                byte[] weights = SafetensorsWriter.bytes(tensors(dimension, step));
                Path folder = Files.createDirectories(data.resolve("run").resolve("step" + step));
                Files.writeString(folder.resolve("config.json"), CONFIG);
                Files.write(folder.resolve("model.safetensors"), weights);
                byte[] config = CONFIG.getBytes(StandardCharsets.UTF_8);
                hub.repo(MODEL)
                        .with("step" + step, "config.json", Content.of(config))
                        .with("step" + step, "model.safetensors", Content.of(weights));
            }
            MeasureOptions options = MeasureOptions.defaults()
                    .withSource(SourceOptions.defaults()
                            .withDownloadMode(SourceOptions.DownloadMode.SPOOL)
                            .withEnvironment(Map.of(
                                    "HF_ENDPOINT", hub.endpoint(),
                                    "HF_HOME", data.resolve("hf").toString(),
                                    "LOWRANK_CACHE", data.resolve("own").toString())));
            String local = data.resolve("run").toString();
            trace(local, options, data.resolve("out")); // warms up
            for (int round = 0; round < rounds; round++) {
                double measuring = trace(local, options, data.resolve("out"));
                long before = hub.bytesSent();
                hub.throttle(0);
                trace(MODEL, options, data.resolve("out"));
                long bytes = hub.bytesSent() - before;
                double fetching = slower * measuring;
                hub.throttle((long) (bytes / fetching));
                double both = trace(MODEL, options, data.resolve("out"));
                double again = trace(local, options, data.resolve("out"));
                System.out.printf(
                        Locale.ROOT,
                        "measuring %.2f (then %.2f) fetching %.2f both %.2f ratio %.3f%n",
                        measuring,
                        again,
                        fetching,
                        both,
                        both / Math.max(fetching, Math.max(measuring, again)));
            }
        }
    }

    private static double trace(String reference, MeasureOptions options, Path out) throws Exception {
        long start = System.nanoTime();
        TrainingRun run =
                TrainingRun.of(ModelReference.parse(reference), RevisionChoice.of("step*"), options.source());
        TraceSettings again = new TraceSettings(TraceSettings.Distances.ALL, true);
        TraceRun.of(run, options, again, OutputDirectory.open(out), TraceListener.NONE)
                .orElseThrow();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Gaussian matrices with a direction that grows, so that σ1 is apart from the rest as after training. */
    private static Map<String, TestTensor> tensors(int d, int step) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        for (String square : List.of("self.query", "self.key", "self.value", "output.dense")) {
            shapes.put("attention." + square, new int[] {d, d});
        }
        shapes.put("intermediate.dense", new int[] {4 * d, d});
        shapes.put("output.dense", new int[] {d, 4 * d});
        Map<String, TestTensor> tensors = new LinkedHashMap<>();
        Random random = new Random(step);
        for (int layer = 0; layer < LAYERS; layer++) {
            for (Map.Entry<String, int[]> shape : shapes.entrySet()) {
                int rows = shape.getValue()[0];
                int cols = shape.getValue()[1];
                double added = 3.0 * (step + 1) / Math.sqrt(Math.max(rows, cols));
                double[] values = new double[rows * cols];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextGaussian() + added;
                }
                tensors.put(
                        "bert.encoder.layer." + layer + "." + shape.getKey() + ".weight",
                        TestTensor.of(DType.F32, List.of((long) rows, (long) cols), values));
            }
        }
        return tensors;
    }
}
