package org.lowrank.weights.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** A directory as people have them: with links, with files that come and go, with folders that are not theirs. */
@DisabledOnOs(OS.WINDOWS)
class LocalFilesTest {
    @TempDir
    Path directory;

    @Test
    void linkedDirectoriesAreFollowed() throws IOException {
        Files.createDirectories(directory.resolve("real/sub"));
        Files.writeString(directory.resolve("real/a"), "1");
        Files.writeString(directory.resolve("real/sub/b"), "22");
        Files.createSymbolicLink(directory.resolve("link"), Path.of("real"));
        Files.createDirectories(directory.resolve("model"));
        Files.createSymbolicLink(directory.resolve("model/inner"), directory.resolve("real/sub"));
        assertThat(names("link")).containsExactly("a", "sub/b");
        assertThat(names("model")).containsExactly("inner/b");
    }

    @Test
    void aLinkToItselfEndsTheWalk() throws IOException {
        Files.writeString(directory.resolve("a"), "1");
        Files.createSymbolicLink(directory.resolve("self"), directory);
        assertThat(names("")).contains("a");
    }

    @Test
    void aDanglingLinkIsListedAndNamedWithItsTarget() throws IOException {
        Files.createSymbolicLink(directory.resolve("w"), Path.of("../../blobs/nope"));
        LocalFiles files = LocalFiles.of(directory);
        assertThat(files.list()).extracting(ModelFiles.FileEntry::name).containsExactly("w");
        assertThat(files.hindrance("w")).contains("w is a link to ../../blobs/nope, which is not there");
        assertThatThrownBy(() -> files.open("w"))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "dangling link: " + directory + ": w is a link to ../../blobs/nope, which is not there; restore"
                                + " what it leads to, or copy the model with its links followed (cp -L)");
    }

    @Test
    void aFolderThatMayNotBeLookedIntoIsLeftOut() throws IOException {
        Files.writeString(directory.resolve("a"), "1");
        Path secret = Files.createDirectory(directory.resolve("secret"));
        Files.writeString(secret.resolve("b"), "1");
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
        try {
            assertThat(names("")).contains("a");
        } finally {
            Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void filesThatComeAndGoDoNotFailTheListing() throws Exception {
        Files.writeString(directory.resolve("model"), "1");
        AtomicBoolean end = new AtomicBoolean();
        Thread churn = new Thread(() -> churn(end));
        churn.start();
        try {
            for (int i = 0; i < 300; i++) {
                assertThat(names("")).contains("model");
            }
        } finally {
            end.set(true);
            churn.join();
        }
    }

    private void churn(AtomicBoolean end) {
        try {
            while (!end.get()) {
                for (int i = 0; i < 20; i++) {
                    Files.createDirectories(directory.resolve("d" + i));
                    Files.writeString(directory.resolve("d" + i + "/f"), "");
                }
                for (int i = 0; i < 20; i++) {
                    Files.deleteIfExists(directory.resolve("d" + i + "/f"));
                    Files.deleteIfExists(directory.resolve("d" + i));
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Same size, and the time of the last change set back: the time of the last change of that time tells. */
    @Test
    void contentCannotChangeUnderAStamp() throws Exception {
        Path file = Files.writeString(directory.resolve("w"), "1");
        FileTime old = FileTime.fromMillis(315_532_800_000L);
        Files.setLastModifiedTime(file, old);
        LocalFiles files = LocalFiles.of(directory);
        String before = files.stamp("w").orElseThrow();
        assertThat(files.stamp("w")).contains(before);
        Thread.sleep(20); // the kernel's clock for times of change is a coarse one
        Files.writeString(file, "2");
        Files.setLastModifiedTime(file, old);
        assertThat(files.stamp("w")).isPresent().get().isNotEqualTo(before);
        Path other = Files.writeString(directory.resolve("other"), "1");
        Files.setLastModifiedTime(other, old);
        String replaced = files.stamp("w").orElseThrow();
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(files.stamp("w")).isPresent().get().isNotEqualTo(replaced);
    }

    private List<String> names(String path) throws IOException {
        return LocalFiles.of(directory.resolve(path)).list().stream()
                .map(ModelFiles.FileEntry::name)
                .toList();
    }
}
