package org.lowrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full in the middle of a shard: a process that may not write files beyond a size ({@code ulimit -f}, at most 200 KB) is
 * refused by the system as by a full disk, in the middle of the second of two shards.
 */
class FullDiskTest {
    private static final int SMALL = 32;
    private static final int LARGE = 512;

    @TempDir
    Path directory;

    @Test
    void nothingIsSpoiltAndTheNextRunGoesOnWithTheShardsThatAreWhole() throws Exception {
        Path a = model("a", 1);
        Path b = model("b", 2);
        Path out = directory.resolve("merged");
        List<String> merge = List.of(
                "merge",
                "--method",
                "linear",
                a.toString(),
                b.toString(),
                "--shard-size",
                "100KB",
                "--no-hashes",
                "--out",
                out.toString());
        byte[] before = Files.readAllBytes(a.resolve("model.safetensors"));

        Ended refused = limited(merge);
        assertThat(refused.exitCode()).as(refused.err()).isEqualTo(5);
        assertThat(refused.err().lines().toList()).hasSize(1);
        assertThat(refused.err())
                .startsWith("lowrank: cannot write weights: ")
                .endsWith("make room or choose another directory with --out\n");
        assertThat(out).doesNotExist();
        assertThat(Files.readAllBytes(a.resolve("model.safetensors"))).isEqualTo(before);
        Path unfinished;
        try (Stream<Path> left = Files.list(directory)) {
            unfinished = left.filter(path -> path.getFileName().toString().endsWith(".unfinished"))
                    .findFirst()
                    .orElseThrow();
        }
        Path whole = unfinished.resolve("model-00001-of-00002.safetensors");
        assertThat(whole).exists();
        assertThat(unfinished.resolve("model-00002-of-00002.safetensors")).doesNotExist();
        var written = Files.getLastModifiedTime(whole);

        Run again = Run.of(merge.toArray(String[]::new));
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(Files.getLastModifiedTime(out.resolve(whole.getFileName()))).isEqualTo(written);
        Path unbroken = directory.resolve("unbroken");
        List<String> other = new ArrayList<>(merge.subList(0, merge.size() - 1));
        other.add(unbroken.toString());
        assertThat(Run.of(other.toArray(String[]::new)).exitCode()).isZero();
        for (String shard : List.of("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")) {
            assertThat(out.resolve(shard)).hasSameBinaryContentAs(unbroken.resolve(shard));
        }
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("a", "b", "merged", "unbroken", "err");
        }
    }

    private Path model(String name, int seed) throws IOException {
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        Random random = new Random(seed);
        tensors.put("first.weight", TinyCheckpoint.gaussian(SMALL, SMALL, random));
        tensors.put("second.weight", TinyCheckpoint.gaussian(LARGE, LARGE, random)); // 1 MB
        return TinyCheckpoint.write(directory.resolve(name), tensors);
    }

    /** A process of the same classes below a shell that limits the size of files. */
    private Ended limited(List<String> arguments) throws Exception {
        Path err = directory.resolve("err");
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "ulimit -f 200; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-Xlog:disable",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile())
                .start();
        return new Ended(process.waitFor(), Files.readString(err));
    }

    private record Ended(int exitCode, String err) {}
}
