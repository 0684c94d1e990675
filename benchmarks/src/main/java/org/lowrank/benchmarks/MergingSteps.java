package org.lowrank.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.lowrank.trainer.descent.DescentSettings;
import org.lowrank.trainer.descent.FusedDescent;
import org.lowrank.trainer.network.Initialisation;
import org.lowrank.trainer.task.RandomStream;
import org.lowrank.trainer.task.SyntheticTasks;

/**
 * Steps per second of the merging experiment's networks, one a thread, beside the machine's measured GEMM ceiling (float
 * products of DJL's PyTorch, one a thread) and, where given, the steps per second of
 * {@code benchmarks/merging_baseline.py}.
 *
 * <p>Arguments: threads, samples, steps a round, and optionally the baseline's steps/s. Needs {@code --add-modules
 * jdk.incubator.vector -Dai.djl.offline=true -Dai.djl.pytorch.num_threads=1}.
 */
public final class MergingSteps {
    private static final int ROUNDS = 5;
    private static final int SIDE = 1024;

    private MergingSteps() {}

    /** Operations and the seconds they took. */
    private record Rate(double operations, double seconds, double cpuSeconds) {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        int threads = Integer.parseInt(arguments[0]);
        int samples = Integer.parseInt(arguments[1]);
        int steps = Integer.parseInt(arguments[2]);
        List<Callable<Rate>> networks = new ArrayList<>();
        List<Callable<Rate>> products = new ArrayList<>();
        List<FusedDescent> descents = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            FusedDescent descent = descent(samples, t);
            descent.advanceTo(2000);
            descents.add(descent);
            networks.add(() -> timed(() -> descent.advanceTo(descent.step() + steps), steps));
            products.add(MergingSteps::product);
        }
        double ceiling = best(products, threads, false) / 1e9;
        double wall = best(networks, threads, false);
        double cpu = best(networks, threads, true);
        double needed = descents.stream()
                .mapToLong(FusedDescent::usefulOperations)
                .average()
                .orElseThrow();
        print("networks side by side %d, samples %d", threads, samples);
        print("network steps/s %.1f (%.1f per CPU second)", wall, cpu);
        double dense = descents.get(0).denseOperations();
        print("GEMM ceiling %.1f GFLOP/s", ceiling);
        print("operations a step without products by zero %.1f million, dense %.1f million", needed / 1e6, dense / 1e6);
        print(
                "share %.0f %%, dense share %.0f %%",
                100 * wall * needed / 1e9 / ceiling, 100 * wall * dense / 1e9 / ceiling);
        if (arguments.length > 3) {
            print("times the baseline %.2f", wall / Double.parseDouble(arguments[3]));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void print(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }

    private static FusedDescent descent(int samples, int draw) {
        var task = SyntheticTasks.orthogonal(samples, 100, 1, 0, draw).first();
        var start = Initialisation.UNIFORM.draw(new int[] {100, 1000, 100, 1}, new RandomStream(draw));
        return new FusedDescent(start, task, new DescentSettings(1, 1e-4));
    }

    private static Rate product() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray a = manager.randomNormal(new Shape(SIDE, SIDE));
            NDArray b = manager.randomNormal(new Shape(SIDE, SIDE));
            int count = 20;
            return timed(
                    () -> {
                        for (int i = 0; i < count; i++) {
                            a.matMul(b).close();
                        }
                    },
                    2.0 * SIDE * SIDE * SIDE * count);
        }
    }

    private static Rate timed(Runnable work, double operations) {
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuSeconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpu) / 1e9;
        return new Rate(operations, seconds, cpuSeconds);
    }

    /** Operations a second of all threads together, the best round; with {@code cpu}, of one thread's CPU second. */
    private static double best(List<Callable<Rate>> work, int threads, boolean cpu) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            double best = 0;
            for (int round = 0; round < ROUNDS; round++) {
                double sum = 0;
                for (Future<Rate> future : executor.invokeAll(work)) {
                    Rate rate = future.get();
                    sum += rate.operations() / (cpu ? rate.cpuSeconds() * threads : rate.seconds());
                }
                best = Math.max(best, sum);
            }
            return best;
        } finally {
            executor.shutdown();
        }
    }
}
