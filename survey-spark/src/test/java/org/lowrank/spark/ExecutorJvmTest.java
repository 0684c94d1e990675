package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorJvmTest {
    private static List<String> asked(SparkConf settings) {
        ExecutorJvm.ask(settings);
        return Arrays.asList(settings.get(ExecutorJvm.KEY).split(" "));
    }

    @Test
    void executorsCompileAndAlignAsTheLaunchersDo() throws Exception {
        List<String> launchers = Files.readAllLines(Path.of("../packaging/src/bin/java.options")).stream()
                .filter(line -> line.contains("CompileCommand") || line.contains("ObjectAlignment"))
                .toList();

        assertThat(asked(new SparkConf(false))).containsAll(launchers).contains("-XX:ObjectAlignmentInBytes=64");
    }

    /** Two collectors asked for are none: the virtual machine refuses to start. */
    @Test
    void collectorLogsAndModulesAreLeftToSpark() {
        assertThat(asked(new SparkConf(false))).noneMatch(option -> option.endsWith("GC"));
        assertThat(asked(new SparkConf(false))).allMatch(option -> option.startsWith("-XX:"));
    }

    @Test
    void whatIsSetForTheApplicationHasTheLastWord() {
        SparkConf settings = new SparkConf(false).set(ExecutorJvm.KEY, "-XX:ObjectAlignmentInBytes=8 -XX:UseAVX=2");

        assertThat(asked(settings)).endsWith("-XX:ObjectAlignmentInBytes=8", "-XX:UseAVX=2");
    }
}
