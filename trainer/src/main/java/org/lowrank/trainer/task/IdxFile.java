package org.lowrank.trainer.task;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An IDX file of unsigned bytes (LeCun's MNIST format): two zero bytes, type 0x08, the number of dimensions, each dimension
 * as a big-endian int, then the bytes and nothing after them. Plain or gzip, told by its first two bytes.
 *
 * @param dimensions their sizes
 * @param bytes Π dimensions values
 */
record IdxFile(int[] dimensions, byte[] bytes) {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final int GZIP = 0x1f8b;

    /** A gigabyte: 20 times Fashion-MNIST's largest file. */
    private static final long LIMIT = 1L << 30;

    /**
     * Reads a file.
     *
     * @param dimensionCount how many dimensions it must have
     */
    static IdxFile read(Path file, int dimensionCount) throws IOException {
        try (DataInputStream in = new DataInputStream(open(file))) {
            int magic = in.readInt();
            if (magic != (UNSIGNED_BYTE << 8 | dimensionCount)) {
                throw malformed(
                        file,
                        "magic number 0x%08x, expected 0x%08x".formatted(magic, UNSIGNED_BYTE << 8 | dimensionCount));
            }
            int[] dimensions = new int[dimensionCount];
            long count = 1;
            for (int i = 0; i < dimensionCount; i++) {
                dimensions[i] = in.readInt();
                if (dimensions[i] <= 0 || (count *= dimensions[i]) > LIMIT) {
                    throw malformed(file, "impossible dimensions " + Arrays.toString(dimensions));
                }
            }
            byte[] bytes = in.readNBytes((int) count);
            if (bytes.length != count) {
                throw malformed(file, bytes.length + " values where its header counts " + count);
            }
            if (in.read() >= 0) {
                throw malformed(file, "more than the " + count + " values its header counts");
            }
            return new IdxFile(dimensions, bytes);
        } catch (EOFException | ZipException e) {
            throw malformed(file, "it ends too early or its compression is damaged");
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        in.mark(2);
        int start = in.read() << 8 | in.read();
        in.reset();
        return start == GZIP ? new GZIPInputStream(in, 1 << 16) : in;
    }

    private static MalformedDataException malformed(Path file, String values) {
        return new MalformedDataException(
                "malformed data: " + file + ": " + values + "; fetch the file again or choose another --data-dir");
    }
}
