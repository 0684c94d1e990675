package org.lowrank.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MappedFile;

/** Disks are mapped, other file systems read by ranges: the bytes are the same. */
class HadoopModelFilesTest {
    @TempDir
    Path folder;

    private static FileSystem disks() throws IOException {
        RawLocalFileSystem disks = new RawLocalFileSystem();
        disks.initialize(Path.of("/").toUri(), new Configuration(false));
        return disks;
    }

    private HadoopModelFiles files(FileSystem system) throws IOException {
        return new HadoopModelFiles(
                system, system.getFileStatus(new org.apache.hadoop.fs.Path(folder.toUri())), List.of());
    }

    private static byte[] read(ByteSource source, long offset, int length) throws IOException {
        try (ByteSource.Region region = source.read(offset, length)) {
            ByteBuffer bytes = region.bytes();
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            return copy;
        }
    }

    @Test
    void rangesAreTheSameMappedAndRead() throws Exception {
        byte[] content = new byte[17 << 20]; // more than one piece
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("model.safetensors"), content);
        try (HadoopModelFiles mapped = files(disks());
                HadoopModelFiles read = files(new FilterFileSystem(disks()))) {
            ByteSource a = mapped.open("model.safetensors");
            ByteSource b = read.open("model.safetensors");

            assertThat(a).isInstanceOf(MappedFile.class);
            assertThat(b).isInstanceOf(HadoopSource.class);
            assertThat(read(a, 0, content.length)).isEqualTo(content);
            assertThat(read(b, 0, content.length)).isEqualTo(content);
            assertThat(read(b, 12_345, 678)).isEqualTo(read(a, 12_345, 678)).hasSize(678);
            assertThat(mapped.list()).isEqualTo(read.list());
            assertThat(mapped.stamp("model.safetensors")).isEqualTo(read.stamp("model.safetensors"));
        }
    }

    /** As S3A: a bare sentence without, the reason below it. */
    @Test
    void whatTheStoreSaysIsToldWithThePlaceAndTheReason() throws Exception {
        Files.write(folder.resolve("model.safetensors"), new byte[16]);
        FileSystem broken = new FilterFileSystem(disks()) {
            @Override
            public FutureDataInputStreamBuilder openFile(org.apache.hadoop.fs.Path path) throws IOException {
                throw new IOException("Error accessing it", new IllegalStateException("403 Forbidden\nrequest 1"));
            }
        };
        try (HadoopModelFiles files = files(broken)) {
            assertThatThrownBy(() -> files.open("model.safetensors"))
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "cannot be read: file:" + folder + "/model.safetensors: Error accessing it: 403 Forbidden;"
                                    + " check the store, Spark's settings of it (--conf spark.hadoop.fs.…) and your rights, and run again");
        }
    }
}
