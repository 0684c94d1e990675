package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no Spark; the rest is tried in survey-spark. */
class SurveyOnSparkTest {
    @TempDir
    Path folder;

    @Test
    void whatIsMissingIsNamed() throws Exception {
        assertThatThrownBy(() -> SparkSubmission.of("local[*]", List.of(), Map.of()))
                .isInstanceOf(UsageException.class)
                .hasMessage(
                        "--master: no Spark: SPARK_HOME is not set; install Apache Spark 4 (Scala 2.13) and set it to its folder");
        assertThatThrownBy(() -> SparkSubmission.of("local[*]", List.of(), Map.of("SPARK_HOME", folder.toString())))
                .hasMessageContaining("SPARK_HOME is " + folder + ", which has no jars folder");
        spark("spark-core_2.13-4.2.0.jar");
        assertThatThrownBy(() -> SparkSubmission.of(
                        "local[*]",
                        List.of(),
                        Map.of(
                                "SPARK_HOME",
                                folder.toString(),
                                "LOWRANK_SPARK_JAR",
                                folder.resolve("none").toString())))
                .hasMessageContaining("no lowrank-survey-spark.jar: it is not in the default distribution");
    }

    /** A folder with a jar of Spark's. */
    private void spark(String core) throws IOException {
        Files.createDirectories(folder.resolve("jars"));
        Files.createFile(folder.resolve("jars").resolve(core));
    }

    @Test
    void sparkOfAnotherScalaIsRefused() throws Exception {
        spark("spark-core_2.12-3.5.1.jar");

        assertThatThrownBy(() -> SparkSubmission.of("local[*]", List.of(), Map.of("SPARK_HOME", folder.toString())))
                .hasMessage("--master: no Spark 4 for Scala 2.13: SPARK_HOME is " + folder
                        + ", whose jars folder has spark-core_2.12-3.5.1.jar; install Apache Spark 4 (Scala 2.13) and set it to its"
                        + " folder");
    }

    @Test
    void whatIsNoAddressOfSparkIsRefused() throws Exception {
        spark("spark-core_2.13-4.2.0.jar");

        for (String master : List.of("sparky://x", "spark://host", "spark://a,b:7077", "k8s://", "")) {
            assertThatThrownBy(() -> SparkSubmission.of(master, List.of(), Map.of("SPARK_HOME", folder.toString())))
                    .hasMessage("--master: " + master
                            + ": no address of Spark; give spark://host:7077, yarn, k8s://host or local[*]");
        }
        Path jar = Files.createFile(folder.resolve("any.jar"));
        for (String master :
                List.of("local", "local[*]", "yarn", "spark://a:1,b:2", "spark://[::1]:7077", "k8s://h:6443")) {
            assertThat(SparkSubmission.of(
                                    master,
                                    List.of(),
                                    Map.of("SPARK_HOME", folder.toString(), "LOWRANK_SPARK_JAR", jar.toString()))
                            .words())
                    .contains(master);
        }
    }

    @Test
    void sparkGetsItsWordsAndTheApplicationIts() throws Exception {
        spark("spark-core_2.13-4.2.0.jar");
        Path jar = Files.createFile(folder.resolve("any.jar"));

        SparkSubmission submission = SparkSubmission.of(
                        "yarn",
                        List.of("spark.executor.cores=4"),
                        Map.of("SPARK_HOME", folder.toString(), "LOWRANK_SPARK_JAR", jar.toString()))
                .with(List.of("models.txt", "--out", "s3a://b/o"));

        assertThat(submission.words())
                .containsExactly(
                        "--master",
                        "yarn",
                        "--class",
                        "org.lowrank.spark.Main",
                        "--conf",
                        "spark.executor.cores=4",
                        jar.toString(),
                        "models.txt",
                        "--out",
                        "s3a://b/o");
    }

    /** In one process it is the driver that measures, and the launcher's options are those of {@code java.options}. */
    @Test
    void sparkInOneProcessMeasuresAsThisProgramDoes() throws Exception {
        List<String> launcher = Files.readAllLines(Path.of("../packaging/src/bin/java.options")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();

        assertThat(SparkSubmission.ofMeasuring(launcher).split(" "))
                .containsExactlyElementsOf(launcher.stream()
                        .filter(option -> option.startsWith("-XX:") && !option.contains("GC"))
                        .toList());
        assertThat(SparkSubmission.ofMeasuring(List.of("-Xmx1g", "-XX:SharedArchiveFile=a.jsa", "-Dlowrank.stderr=3")))
                .isEmpty();
    }

    @Test
    void optionsOfOneMachineAreRefused() throws Exception {
        Path list = Files.writeString(folder.resolve("models.txt"), "org/model\n");
        for (String option : List.of("--threads 2", "--memory 1GB", "--models-in-flight 2", "--device cpu")) {
            String[] words = option.split(" ");
            Run run = Run.of("survey", list.toString(), "--master", "local[2]", words[0], words[1]);
            assertThat(run.exitCode()).as(option).isEqualTo(Failures.USAGE);
            assertThat(run.err())
                    .contains("--memory, --threads, --models-in-flight, --device and --offline are for one machine");
        }
        assertThat(Run.of("survey", list.toString(), "--conf", "a=b").err())
                .contains("--conf: a=b: a setting of Spark; give --master too");
    }

    @Test
    void pathsOfOtherFileSystemsSayWhoReadsThem() throws Exception {
        Run run = Run.of("inspect", "s3a://bucket/model");

        assertThat(run.exitCode()).isEqualTo(Failures.NOT_FOUND);
        assertThat(run.err())
                .isEqualTo(
                        "lowrank: no file system: s3a://bucket/model: this program reads no s3a: paths by itself; survey it with"
                                + " --master (local[*] where there is no cluster), or copy it here\n");
    }
}
