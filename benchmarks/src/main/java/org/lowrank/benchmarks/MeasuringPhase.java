package org.lowrank.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ForkJoinPool;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.lowrank.analyzer.layer.LayerCatalog;
import org.lowrank.analyzer.measurement.MatrixMeasurement;
import org.lowrank.analyzer.measurement.ModelMeasurer;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.spectral.SpectralEngine;
import org.lowrank.spectral.SpectralEngines;
import org.lowrank.spectral.SpectralMeasurement;
import org.lowrank.spectral.SpectralOptions;
import org.lowrank.spectral.matrix.StoredMatrix;
import org.lowrank.weights.files.LocalFiles;
import org.lowrank.weights.format.CheckpointReader;

/**
 * The measuring phase of one model, several times in one process: opening the file → last number. Prints the seconds of
 * each round, then passes over the weights.
 *
 * <p>Arguments: model directory, or one matrix as {@code name-ROWSxCOLS.f32}; threads; rounds; mode (default, certify or
 * spectrum).
 */
public final class MeasuringPhase {
    private static final Pattern ONE_MATRIX = Pattern.compile(".*-(\\d+)x(\\d+)\\.f32");

    private MeasuringPhase() {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        int rounds = Integer.parseInt(arguments[2]);
        String mode = arguments.length > 3 ? arguments[3] : "default";
        SpectralOptions options =
                new SpectralOptions(1e-9, 1e-9, mode.equals("certify"), false, mode.equals("spectrum"), 0);
        ForkJoinPool pool = new ForkJoinPool(threads);
        try (SpectralEngine engine = SpectralEngines.create()) {
            for (int round = 0; round < rounds; round++) {
                long cpu = cpuTime();
                long start = System.nanoTime();
                int[] passes = ONE_MATRIX.matcher(path.toString()).matches()
                        ? pool.submit(() -> matrix(engine, options, path)).get()
                        : model(engine, options, path, threads);
                System.out.printf(Locale.ROOT, "seconds %.4f%n", (System.nanoTime() - start) / 1e9);
                System.out.printf(Locale.ROOT, "cpu %.4f%n", (cpuTime() - cpu) / 1e9);
                if (round == rounds - 1) {
                    System.out.println("engine " + engine.description());
                    System.out.println("matrices " + passes.length);
                    System.out.printf(
                            Locale.ROOT,
                            "passes %.1f%n",
                            java.util.Arrays.stream(passes).average().orElse(0));
                }
            }
        }
    }

    /** Of the whole process: steadier than the clock where other processes run. */
    private static long cpuTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static int[] model(SpectralEngine engine, SpectralOptions options, Path directory, int threads)
            throws Exception {
        try (LocalFiles files = LocalFiles.of(directory);
                CheckpointReader reader = new CheckpointReader(files)) {
            List<MatrixMeasurement> rows = new ModelMeasurer(engine, options, threads)
                    .measure("model", "", LayerCatalog.resolve(reader.read()).matrices(), (done, total, last) -> {});
            return rows.stream().mapToInt(row -> row.numbers().passes()).toArray();
        }
    }

    private static int[] matrix(SpectralEngine engine, SpectralOptions options, Path file) throws Exception {
        Matcher shape = ONE_MATRIX.matcher(file.toString());
        if (!shape.matches()) {
            throw new IllegalArgumentException(file + " is not named name-ROWSxCOLS.f32");
        }
        int rows = Integer.parseInt(shape.group(1));
        int cols = Integer.parseInt(shape.group(2));
        try (FileChannel channel = FileChannel.open(file)) {
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            SpectralMeasurement measured = engine.measure(
                    StoredMatrix.of(new StridedBlock(bytes, ElementType.F32, rows, cols, cols)), options);
            return new int[] {measured.passes()};
        }
    }
}
