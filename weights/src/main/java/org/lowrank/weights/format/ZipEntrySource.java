package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.bytes.Ranges;

/**
 * The content of one zip entry. A stored entry, which is all PyTorch writes, is a range of the archive and is read in place;
 * a deflated one is inflated up to the range wanted each time.
 */
final class ZipEntrySource implements ByteSource {
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int HEADER = 30;
    private static final int CHUNK = 1 << 16;
    /** Deflate cannot do better than 1032 to 1. */
    private static final long LARGEST_RATIO = 1032;

    private final ByteSource archive;
    private final String entry;
    private final int method;
    private final long size;
    private final long compressedSize;
    private final long header;
    private long content = -1;

    ZipEntrySource(ByteSource archive, String entry, int method, long size, long compressedSize, long header)
            throws MalformedWeightsException {
        this.archive = archive;
        this.entry = entry;
        this.method = method;
        this.size = size;
        this.compressedSize = compressedSize;
        this.header = header;
        boolean fits = method == STORED ? size == compressedSize : size / LARGEST_RATIO <= compressedSize;
        if (!fits) {
            throw bad("it claims " + size + " bytes in " + compressedSize);
        }
    }

    /** The archive: that is the file there is. */
    @Override
    public String name() {
        return archive.name();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Region read(long offset, int length) throws IOException {
        Ranges.check(this, offset, length);
        long start = content();
        return switch (method) {
            case STORED -> archive.read(start + offset, length);
            case DEFLATED -> inflate(start, offset, length);
            default -> throw bad("it is compressed by method " + method + ", not stored or deflated");
        };
    }

    /** The whole content, for small entries. */
    byte[] bytes(int most) throws IOException {
        if (size > most) {
            throw bad("it claims " + size + " bytes");
        }
        byte[] bytes = new byte[(int) size];
        try (Region region = read(0, bytes.length)) {
            region.bytes().get(bytes);
        }
        return bytes;
    }

    /** Behind the local header, whose extra field differs from the directory's. */
    private synchronized long content() throws IOException {
        if (content < 0) {
            try (Region region = archive.read(header, HEADER)) {
                ByteBuffer bytes = region.bytes();
                if (bytes.getInt(0) != 0x04034b50) {
                    throw bad("no entry starts at byte " + header);
                }
                long start = header + HEADER + (bytes.getShort(26) & 0xffff) + (bytes.getShort(28) & 0xffff);
                Ranges.check(archive, start, compressedSize);
                content = start;
            }
        }
        return content;
    }

    private Region inflate(long start, long offset, int length) throws IOException {
        Inflater inflater = new Inflater(true);
        OffHeap target = OffHeap.allocate(length);
        boolean whole = false;
        try {
            ByteBuffer out = target.bytes();
            byte[] skipped = new byte[CHUNK];
            long in = 0;
            long toSkip = offset;
            while (toSkip > 0 || out.hasRemaining()) {
                if (inflater.needsInput()) {
                    in += feed(inflater, start, in);
                }
                int got = toSkip > 0
                        ? inflater.inflate(skipped, 0, (int) Math.min(CHUNK, toSkip))
                        : inflater.inflate(out);
                toSkip -= toSkip > 0 ? got : 0;
                if (got == 0 && (inflater.finished() || inflater.needsDictionary())) {
                    throw bad("it inflates to fewer than the " + size + " bytes claimed");
                }
            }
            whole = true;
            return target;
        } catch (DataFormatException e) {
            throw bad("its compressed data is damaged");
        } finally {
            inflater.end();
            if (!whole) {
                target.close();
            }
        }
    }

    private int feed(Inflater inflater, long start, long from) throws IOException {
        int length = (int) Math.min(CHUNK, compressedSize - from);
        if (length == 0) {
            throw bad("its compressed data ends too early");
        }
        byte[] chunk = new byte[length];
        try (Region region = archive.read(start + from, length)) {
            region.bytes().get(chunk);
        }
        inflater.setInput(chunk);
        return length;
    }

    private MalformedWeightsException bad(String why) {
        return new MalformedWeightsException(
                "bad zip archive: " + archive.name() + ": entry " + entry + ": " + why + "; save it again");
    }

    @Override
    public void close() {
        // The archive is closed with the checkpoint.
    }
}
