package org.lowrank.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Spark as a user runs it: programs of its own, started as {@code bin/spark-class} starts them. */
final class SparkProcesses implements AutoCloseable {
    /** A folder whose {@code jars} holds Spark; made by the module spark-home. */
    static final Path HOME = property("lowrank.spark.home", "home/target");

    /** What is submitted. */
    static final Path JAR = property("lowrank.spark.jar", "target/lowrank-survey-spark.jar");

    private static final long PATIENCE_SECONDS = 900;

    final Path folder;
    private final Map<String, String> environment;
    private final List<Process> running = new ArrayList<>();
    private int number;

    /**
     * Nothing is started yet.
     *
     * @param folder for logs
     * @param environment of all programs
     */
    SparkProcesses(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    private static Path property(String name, String otherwise) {
        Path path = Path.of(System.getProperty(name, otherwise)).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IllegalStateException("no " + path + ": build with -P spark");
        }
        return path;
    }

    /**
     * A program that runs.
     *
     * @param log what it said on standard error
     */
    record Program(Process process, Path out, Path log) {
        /** Waits for its end. */
        int exitCode() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running: " + Files.readString(log));
            }
            return process.exitValue();
        }

        String said() throws IOException {
            return Files.readString(log);
        }

        /** Waits until it says something, and gives the first group. */
        String says(Pattern words) throws IOException, InterruptedException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (System.nanoTime() < end && process.isAlive()) {
                Matcher matcher = words.matcher(said());
                if (matcher.find()) {
                    return matcher.group(1);
                }
                Thread.sleep(50);
            }
            throw new IllegalStateException("never said " + words + ": " + said());
        }

        /** SIGKILL, to it and what it started. */
        void kill() throws InterruptedException {
            List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList();
            all.forEach(ProcessHandle::destroyForcibly);
            process.waitFor();
        }
    }

    /** A survey submitted to a master; its log is the driver's. */
    Program submit(String master, List<String> settings, Map<String, String> variables, String... words)
            throws IOException {
        List<String> line = new ArrayList<>(List.of("--master", master, "--class", "org.lowrank.spark.Main"));
        for (String setting : settings) {
            line.addAll(List.of("--conf", setting));
        }
        line.add(JAR.toString());
        line.addAll(Arrays.asList(words));
        return start("org.apache.spark.deploy.SparkSubmit", line, variables);
    }

    /** A master on loopback; its address follows with {@link Program#says}. */
    Program master() throws IOException {
        return start(
                "org.apache.spark.deploy.master.Master",
                List.of("--host", "127.0.0.1", "--port", "0", "--webui-port", "0"),
                Map.of());
    }

    /** A worker of one core. */
    Program worker(String master) throws IOException {
        Path work = folder.resolve("work-" + number);
        return start(
                "org.apache.spark.deploy.worker.Worker",
                List.of(
                        "--host",
                        "127.0.0.1",
                        "--webui-port",
                        "0",
                        "--cores",
                        "1",
                        "--memory",
                        "2g",
                        "--work-dir",
                        work.toString(),
                        master),
                Map.of());
    }

    /** As bin/spark-class: the launcher says how, and then it is done. */
    private Program start(String program, List<String> arguments, Map<String, String> more) throws IOException {
        List<String> asked = new ArrayList<>(List.of(
                java(),
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                HOME + "/jars/*",
                "org.apache.spark.launcher.Main",
                program));
        asked.addAll(arguments);
        Process launcher =
                builder(asked).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        List<String> command = Arrays.stream(said.split("\0"))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
        number++;
        String name = program.substring(program.lastIndexOf('.') + 1) + "-" + number;
        Path out = folder.resolve(name + ".out");
        Path log = folder.resolve(name + ".log");
        ProcessBuilder builder = builder(command).redirectOutput(out.toFile()).redirectError(log.toFile());
        builder.environment().putAll(more);
        Process process = builder.start();
        running.add(process);
        return new Program(process, out, log);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("SPARK_"));
        variables.put("SPARK_HOME", HOME.toString());
        variables.put("SPARK_LOCAL_IP", "127.0.0.1");
        variables.put("SPARK_SCALA_VERSION", "2.13");
        variables.put("SPARK_NO_DAEMONIZE", "1");
        variables.put("SPARK_DAEMON_MEMORY", "256m");
        variables.putAll(environment);
        return builder;
    }

    @Override
    public void close() {
        for (Process process : running) {
            Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                    .toList()
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }
}
