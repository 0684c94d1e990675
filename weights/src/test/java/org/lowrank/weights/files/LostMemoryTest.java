package org.lowrank.weights.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.ByteSource;

/** A file that is cut while it is mapped. */
@EnabledOnOs(OS.LINUX)
class LostMemoryTest {
    @TempDir
    Path directory;

    @Test
    void aFileCutWhileMappedIsNamed() throws Exception {
        Path path = Files.write(directory.resolve("w.bin"), new byte[1 << 16]);
        try (LocalFiles files = LocalFiles.of(directory);
                ByteSource source = files.open("w.bin");
                ByteSource.Region region = source.read(0, 1 << 16)) {
            List<ModelFiles.FileEntry> before = files.list();
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(100);
            }
            ByteBuffer bytes = region.bytes();
            InternalError error = catchThrowableOfType(InternalError.class, () -> sum(bytes));
            assertThat(LostMemory.named(error, files, before))
                    .hasMessage(
                            "truncated file: w.bin: shortened while being read, from 65536 to 100 bytes; restore it and"
                                    + " run again");
        }
    }

    @Test
    void anotherErrorStaysWhatItIs() {
        InternalError other = new InternalError("something else");
        assertThatThrownBy(() -> LostMemory.named(other, LocalFiles.of(directory), List.of()))
                .isSameAs(other);
    }

    private static long sum(ByteBuffer bytes) {
        long sum = 0;
        while (bytes.hasRemaining()) {
            sum += bytes.get();
        }
        return sum;
    }
}
