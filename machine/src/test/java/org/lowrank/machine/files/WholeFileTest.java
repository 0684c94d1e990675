package org.lowrank.machine.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path directory;

    @Test
    void aCommittedFileTakesThePlaceOfTheOldOneAndLeavesNothingBeside() throws IOException {
        Path target = directory.resolve("deep/er/file");
        WholeFile.write(target, new byte[] {1}, (where, cause) -> cause);
        WholeFile.write(target, new byte[] {2, 3}, (where, cause) -> cause);
        assertThat(Files.readAllBytes(target)).containsExactly(2, 3);
        try (Stream<Path> files = Files.list(target.getParent())) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void withoutCommitTheOldFileStays() throws IOException {
        Path target = directory.resolve("file");
        Files.write(target, new byte[] {7});
        try (WholeFile<IOException> file = WholeFile.create(target, (where, cause) -> cause)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
            assertThat(Files.readAllBytes(target)).containsExactly(7);
        }
        assertThat(Files.readAllBytes(target)).containsExactly(7);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void partsMayComeInAnyOrder() throws IOException {
        Path target = directory.resolve("file");
        try (WholeFile<IOException> file = WholeFile.create(target, (where, cause) -> cause)) {
            file.write(ByteBuffer.wrap(new byte[] {3}), 2);
            file.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
            file.commit();
        }
        assertThat(Files.readAllBytes(target)).containsExactly(1, 2, 3);
    }

    @Test
    void aRefusalBecomesTheCallersException() throws IOException {
        Path inTheWay = Files.write(directory.resolve("file"), new byte[1]);
        assertThatThrownBy(() -> WholeFile.write(
                        inTheWay.resolve("below"),
                        new byte[1],
                        (where, cause) -> new IOException(where.getFileName() + ": " + Refusal.reason(cause))))
                .hasMessage("below: a file is in the way");
    }
}
