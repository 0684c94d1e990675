package org.lowrank.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;

/** How the executors' virtual machines are started: where it concerns measuring, as lowrank's launchers start theirs. */
final class ExecutorJvm {
    static final String KEY = "spark.executor.extraJavaOptions";

    /** Of the launchers of all systems, in this jar. */
    private static final String LAUNCHERS = "java.options";

    private ExecutorJvm() {}

    /** Asks for it. */
    static void ask(SparkConf settings) {
        settings.set(KEY, options(settings.get(KEY, "")));
    }

    /** With what was set for the application, which stands behind and so has the last word. */
    static String options(String application) {
        return (options() + " " + application).strip();
    }

    /** Object alignment and early compilation of the kernels. The collector is Spark's choice, the modules it adds itself. */
    private static String options() {
        try (InputStream in = ExecutorJvm.class.getResourceAsStream(LAUNCHERS)) {
            if (in == null) {
                throw new IllegalStateException("no " + LAUNCHERS + " in the jar; build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("-XX:") && !line.endsWith("GC"))
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
