package org.lowrank.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.lowrank.weights.checkpoints.Content;
import org.lowrank.weights.hub.FakeHub;

/**
 * The test hub in a process of its own, so that what it computes is not counted as the program's: every folder of a directory is a
 * revision of one repository. A number on standard input sets the rate, bytes a second, 0 for as fast as it goes, and is answered
 * with the bytes sent so far.
 */
final class TracedHub implements AutoCloseable {
    static final String MODEL = "example-org/run";

    private final Process process;
    private final PrintWriter orders;
    private final BufferedReader answers;
    private final String endpoint;

    /** Starts it with the folders of a directory. */
    TracedHub(Path directory) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        TracedHub.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = new PrintWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8), true);
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        endpoint = answers.readLine();
    }

    String endpoint() {
        return endpoint;
    }

    /** From now on at this rate; gives the bytes sent before. */
    long throttle(long bytesPerSecond) throws IOException {
        orders.println(bytesPerSecond);
        return Long.parseLong(answers.readLine());
    }

    /** Processor time it has taken, seconds. */
    double processorSeconds() {
        return process.info()
                .totalCpuDuration()
                .map(time -> time.toNanos() / 1e9)
                .orElse(Double.NaN);
    }

    @Override
    public void close() throws InterruptedException {
        orders.close();
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }

    /** The process: serves until standard input ends. */
    public static void main(String[] arguments) throws IOException {
        try (FakeHub hub = new FakeHub();
                Stream<Path> folders = Files.list(Path.of(arguments[0]));
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (Path folder : folders.toList()) {
                for (String file : List.of("config.json", "model.safetensors")) {
                    hub.repo(MODEL)
                            .with(
                                    String.valueOf(folder.getFileName()),
                                    file,
                                    Content.of(Files.readAllBytes(folder.resolve(file))));
                }
            }
            System.out.println(hub.endpoint());
            for (String rate = in.readLine(); rate != null; rate = in.readLine()) {
                hub.throttle(Long.parseLong(rate));
                System.out.println(hub.bytesSent());
            }
        }
    }
}
