package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExecutorJvmTest {
    private static List<String> options(String application) {
        return Arrays.asList(ExecutorJvm.options(application).split(" "));
    }

    @Test
    void executorsCompileAndAlignAsTheLaunchersDo() throws Exception {
        List<String> launchers = Files.readAllLines(Path.of("../packaging/src/bin/java.options")).stream()
                .filter(line -> line.contains("CompileCommand") || line.contains("ObjectAlignment"))
                .toList();

        assertThat(options("")).containsAll(launchers).contains("-XX:ObjectAlignmentInBytes=64");
    }

    /** Two collectors asked for are none: the virtual machine refuses to start. */
    @Test
    void collectorLogsAndModulesAreLeftToSpark() {
        assertThat(options("")).noneMatch(option -> option.endsWith("GC"));
        assertThat(options("")).allMatch(option -> option.startsWith("-XX:"));
    }

    @Test
    void whatIsSetForTheApplicationHasTheLastWord() {
        assertThat(options("-XX:ObjectAlignmentInBytes=8 -XX:UseAVX=2"))
                .endsWith("-XX:ObjectAlignmentInBytes=8", "-XX:UseAVX=2");
    }
}
