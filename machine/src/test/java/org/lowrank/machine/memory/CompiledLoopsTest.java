package org.lowrank.machine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the compiler makes of the loops over vectors as early as the launchers ask for: code in which a vector is no object, so that next
 * to nothing is allocated. Where it is one, 256 vectors a call take 32 KB and more, and a merge four times as long.
 */
class CompiledLoopsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "sum",
                "differences",
                "widen F32",
                "widen F16",
                "widen BF16",
                "round F32",
                "round F16",
                "round BF16"
            })
    void vectorsAreNoObjects(String loop) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + Path.of("../packaging/src/bin/java.options"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Loops.class.getName(),
                        loop))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        assertThat(Long.parseLong(said.strip())).as("bytes a call").isLessThan(Loops.SCRATCH + WeightedFloats.RUN);
    }

    /** Prints how many bytes a call allocates once compiled, of 2048 elements. */
    static final class Loops {
        /** The array of floats or shorts that a conversion allocates for a call. */
        static final int SCRATCH = WeightedFloats.RUN * Float.BYTES;

        private static final int CALLS = 200;
        private static final int UNTIL_COMPILED = 3000;

        private Loops() {}

        public static void main(String[] arguments) {
            Runnable loop = loop(arguments[0].split(" "));
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long thread = Thread.currentThread().getId();
            for (int call = 0; call < UNTIL_COMPILED; call++) {
                loop.run();
            }
            long before = threads.getThreadAllocatedBytes(thread);
            for (int call = 0; call < CALLS; call++) {
                loop.run();
            }
            System.out.println((threads.getThreadAllocatedBytes(thread) - before) / CALLS);
        }

        private static Runnable loop(String[] name) {
            int n = WeightedFloats.RUN;
            float[][] x = new float[2][n];
            float[] out = new float[n];
            double[] doubles = new double[n];
            double[] weights = {0.5, 0.5};
            ByteBuffer bytes = ByteBuffer.allocateDirect(n * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            WeightedFloats sum = WeightedFloats.fastest();
            Conversion conversion = Conversion.fastest();
            return switch (name[0]) {
                case "sum" -> () -> sum.of(x, weights, n, out);
                case "differences" -> () -> sum.ofDifferences(x[0], x, weights, 1, n, out);
                case "widen" -> () -> conversion.widen(ElementType.valueOf(name[1]), bytes, 0, n, doubles, 0);
                default -> () -> conversion.round(ElementType.valueOf(name[1]), doubles, 0, n, bytes.clear());
            };
        }
    }
}
