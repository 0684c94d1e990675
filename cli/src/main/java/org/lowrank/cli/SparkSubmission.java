package org.lowrank.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code lowrank survey --master}: Spark's own launcher, started as a program of its own with the jar of survey-spark. Of Spark nothing
 * is in this process.
 *
 * @param home SPARK_HOME
 * @param words for spark-submit, then for the application
 */
record SparkSubmission(Path home, List<String> words) {
    private static final String JAR = "lowrank-survey-spark.jar";
    private static final String MAIN = "org.lowrank.spark.Main";
    private static final Pattern MASTER = Pattern.compile("local.*|yarn|k8s://.+|spark://[^/,]+:\\d+(,[^/,]+:\\d+)*");

    /**
     * Finds what is needed.
     *
     * @throws UsageException if Spark or the jar is missing
     */
    static SparkSubmission of(String master, List<String> settings, Map<String, String> environment)
            throws UsageException {
        String home = environment.getOrDefault("SPARK_HOME", "");
        if (home.isBlank() || !Files.isDirectory(Path.of(home, "jars"))) {
            throw new UsageException("--master: no Spark: SPARK_HOME "
                    + (home.isBlank() ? "is not set" : "is " + home + ", which has no jars folder")
                    + "; install Apache Spark 4 (Scala 2.13) and set it to its folder");
        }
        requireSpark(home);
        if (!MASTER.matcher(master).matches()) {
            throw new UsageException("--master: " + master
                    + ": no address of Spark; give spark://host:7077, yarn, k8s://host or local[*]");
        }
        List<String> words = new ArrayList<>(List.of("--master", master, "--class", MAIN));
        String options = ofMeasuring(ManagementFactory.getRuntimeMXBean().getInputArguments());
        if (master.startsWith("local")
                && !options.isEmpty()) { // the driver measures; executors are told by the application
            words.addAll(List.of("--conf", "spark.driver.extraJavaOptions=" + options));
        }
        for (String setting : settings) {
            words.addAll(List.of("--conf", setting));
        }
        Path jar = jar(environment)
                .orElseThrow(() -> new UsageException("--master: no " + JAR
                        + ": it is not in the default distribution; make it with './mvnw package -P spark' or download it, and set"
                        + " LOWRANK_SPARK_JAR to its path"));
        words.add(jar.toString());
        return new SparkSubmission(Path.of(home), List.copyOf(words));
    }

    private static void requireSpark(String home) throws UsageException {
        List<String> cores;
        try (Stream<Path> jars = Files.list(Path.of(home, "jars"))) {
            cores = jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith("spark-core_"))
                    .toList();
        } catch (IOException e) {
            throw new UsageException("--master: no Spark: " + home + "/jars cannot be read; change its rights");
        }
        if (cores.stream().noneMatch(name -> name.startsWith("spark-core_2.13-4."))) {
            throw new UsageException(
                    "--master: no Spark 4 for Scala 2.13: SPARK_HOME is " + home + ", whose jars folder has "
                            + (cores.isEmpty() ? "no spark-core" : String.join(", ", cores))
                            + "; install Apache Spark 4 (Scala 2.13) and set it to its folder");
        }
    }

    /** Of this program's options those that measuring gains by: how objects lie and what is compiled early. */
    static String ofMeasuring(List<String> options) {
        return options.stream()
                .filter(option ->
                        option.matches("-XX:(ObjectAlignmentInBytes|CompileCommand|Tier4BackEdgeThreshold)=[^ ]+"))
                .collect(Collectors.joining(" "));
    }

    /** The same with the application's words. */
    SparkSubmission with(List<String> more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(more);
        return new SparkSubmission(home, List.copyOf(all));
    }

    /** The one named, beside the program, or built in the checkout it runs from. */
    private static Optional<Path> jar(Map<String, String> environment) {
        String named = environment.getOrDefault("LOWRANK_SPARK_JAR", "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named)).filter(Files::isRegularFile);
        }
        try {
            Path place = Path.of(SparkSubmission.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            for (int up = 0; up < 4 && place.getParent() != null; up++) {
                place = place.getParent();
                for (Path candidate : List.of(
                        place.resolve(JAR), place.resolve("survey-spark/target").resolve(JAR))) {
                    if (Files.isRegularFile(candidate)) {
                        return Optional.of(candidate);
                    }
                }
            }
        } catch (URISyntaxException | RuntimeException nowhere) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /**
     * Runs it to its end.
     *
     * @param token for the driver's environment, where one was given by hand; never an argument, which others can read
     * @param log gets what Spark says
     * @param err gets what the application says
     * @param all whether it gets what Spark says too
     * @param silent whether the application's own summary is dropped
     * @return the application's exit code
     */
    int run(Optional<String> token, Path log, PrintStream err, boolean all, boolean silent)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command());
        token.ifPresent(secret -> builder.environment().put("HF_TOKEN", secret));
        Process process = builder.redirectOutput(
                        silent ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        boolean said = false;
        try (BufferedReader lines =
                        new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
                PrintStream whole = new PrintStream(Files.newOutputStream(log), false, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                whole.println(line);
                boolean ours = line.startsWith("lowrank: ");
                said |= ours;
                if (ours || all) {
                    err.println(line);
                }
            }
            int code = process.waitFor();
            if (code != 0 && !said) {
                err.println("lowrank: Spark failed: " + words.get(1) + ": exit code " + code + "; what it said is in "
                        + log);
            }
            return code;
        } finally {
            process.destroy();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    /** Spark's script; in a folder of jars alone what the script would do: the launcher says how the program is started. */
    private List<String> command() throws IOException, InterruptedException {
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        Path script = home.resolve(windows ? "bin/spark-submit.cmd" : "bin/spark-submit");
        List<String> command = new ArrayList<>();
        if (Files.exists(script)) {
            command.add(script.toString());
            command.addAll(words);
            return command;
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                home.resolve("jars") + "/*",
                "org.apache.spark.launcher.Main",
                "org.apache.spark.deploy.SparkSubmit"));
        command.addAll(words);
        ProcessBuilder launcher = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        launcher.environment().putIfAbsent("SPARK_SCALA_VERSION", "2.13");
        Process asked = launcher.start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asked.waitFor() != 0) {
            throw new IOException("Spark's launcher failed: " + home + ": " + said.strip());
        }
        return Arrays.stream(said.split("\0"))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
