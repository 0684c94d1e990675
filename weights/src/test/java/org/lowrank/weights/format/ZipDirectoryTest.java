package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.ByteSink;
import org.lowrank.weights.checkpoints.ZipWriter;

/** Zip archives as PyTorch and others write them, and some that lie (PKWARE APPNOTE). */
class ZipDirectoryTest {
    private static final byte[] CONTENT = content();

    @Test
    void anyRangeOfAnEntryIsRead() throws IOException {
        for (byte[] archive : new byte[][] {ZipWriter.bytes(Map.of("a/b", CONTENT)), deflated(CONTENT)}) {
            ZipEntrySource entry = directory(archive).get("a/b");
            assertThat(entry.size()).isEqualTo(CONTENT.length);
            for (int[] range : new int[][] {{0, 200_000}, {0, 1}, {199_999, 1}, {70_000, 66_000}, {5, 0}}) {
                byte[] read = new byte[range[1]];
                try (ByteSource.Region region = entry.read(range[0], range[1])) {
                    region.bytes().get(read);
                }
                assertThat(read).isEqualTo(Arrays.copyOfRange(CONTENT, range[0], range[0] + range[1]));
            }
            assertThatThrownBy(() -> entry.read(199_999, 2))
                    .isInstanceOf(MalformedWeightsException.class)
                    .hasMessage(
                            "truncated file: w.zip: bytes 199999 to 200001 are needed but the file has 200000; copy or"
                                    + " download it again");
        }
    }

    @Test
    void anArchiveCommentDoesNotHideTheDirectory() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setComment("PK\u0005\u0006 and more");
            zip.putNextEntry(new ZipEntry("a/b"));
            zip.write(1);
        }
        assertThat(directory(out.toByteArray()).keySet()).containsExactly("a/b");
    }

    @Test
    void twoEntriesOfOneNameAreRefused() {
        assertRefused(
                archive(new byte[64], entry("a", 0, 0, 1, 1, 0), entry("a", 0, 0, 1, 1, 0)),
                "bad zip archive: w.zip: two entries called a; save it again");
    }

    @Test
    void encryptedEntriesAreRefused() {
        assertRefused(
                archive(new byte[64], entry("a", 1, 0, 1, 1, 0)),
                "bad zip archive: w.zip: the encrypted entry a; save it again");
    }

    @Test
    void sizesThatCannotBeAreRefused() {
        assertRefused(
                archive(new byte[64], entry("a", 0, 0, 1, 9, 0)),
                "bad zip archive: w.zip: entry a: it claims 9 bytes in 1; save it again");
        // Deflate cannot do better than 1032 to 1.
        assertRefused(
                archive(new byte[64], entry("a", 0, 8, 1, 1 << 20, 0)),
                "bad zip archive: w.zip: entry a: it claims 1048576 bytes in 1; save it again");
        assertRefused(
                archive(new byte[64], entry("a", 0, 0, 1, 1, 1 << 30)),
                "bad zip archive: w.zip: an entry outside the file; save it again");
    }

    @Test
    void otherCompressionsAreNamed() throws IOException {
        byte[] local = new ByteSink().u32(0x04034b50).bytes(new byte[26]).toByteArray();
        byte[] archive = archive(local, entry("a", 0, 93, 1, 1, 0));
        assertThatThrownBy(() -> directory(archive).get("a").read(0, 1))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(
                        "bad zip archive: w.zip: entry a: it is compressed by method 93, not stored or deflated; save"
                                + " it again");
    }

    @Test
    void anEntryThatStartsNowhereIsRefused() throws IOException {
        byte[] archive = archive(new byte[64], entry("a", 0, 0, 1, 1, 0));
        assertThatThrownBy(() -> directory(archive).get("a").read(0, 1))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage("bad zip archive: w.zip: entry a: no entry starts at byte 0; save it again");
    }

    @Test
    void damagedDeflateIsRefused() throws IOException {
        byte[] archive = deflated(CONTENT);
        Arrays.fill(archive, 60_000, 60_100, (byte) 0xff);
        assertThatThrownBy(() -> directory(archive).get("a/b").read(0, 200_000).close())
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad zip archive: w.zip: entry a/b: ");
    }

    private static void assertRefused(byte[] archive, String message) {
        assertThatThrownBy(() -> directory(archive))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(message);
    }

    private static Map<String, ZipEntrySource> directory(byte[] archive) throws IOException {
        return ZipDirectory.read(new Bytes("w.zip", archive)).entries();
    }

    /** A central directory entry. */
    private static byte[] entry(String name, int flags, int method, int compressed, int size, int offset) {
        return new ByteSink()
                .u32(0x02014b50)
                .u16(20)
                .u16(20)
                .u16(flags)
                .u16(method)
                .u32(0)
                .u32(0)
                .u32(compressed)
                .u32(size)
                .u16(name.length())
                .u16(0)
                .u16(0)
                .u16(0)
                .u16(0)
                .u32(0)
                .u32(offset)
                .text(name)
                .toByteArray();
    }

    /** Something, and behind it a central directory of these entries. */
    private static byte[] archive(byte[] content, byte[]... entries) {
        ByteSink out = new ByteSink().bytes(content);
        for (byte[] entry : entries) {
            out.bytes(entry);
        }
        int size = out.size() - content.length;
        out.u32(0x06054b50).u32(0).u16(entries.length).u16(entries.length);
        return out.u32(size).u32(content.length).u16(0).toByteArray();
    }

    /** Random bytes, the middle half of them equal, so that deflating pays. */
    private static byte[] content() {
        byte[] content = new byte[200_000];
        new Random(5).nextBytes(content);
        Arrays.fill(content, 50_000, 150_000, (byte) 7);
        return content;
    }

    private static byte[] deflated(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.setLevel(Deflater.BEST_SPEED);
            zip.putNextEntry(new ZipEntry("a/b"));
            zip.write(content);
        }
        return out.toByteArray();
    }
}
