package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * The central directory of a zip archive (PKWARE APPNOTE, zip64 included), read by range: only its own bytes are touched, so
 * that a remote archive's directory costs two or three requests. Entries are opened lazily.
 */
final class ZipDirectory {
    private static final int END = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int LOCATOR = 20;
    private static final int LOCATOR_SIGNATURE = 0x07064b50;
    private static final int END64 = 56;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int CENTRAL = 46;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LARGEST_COMMENT = 0xffff;
    private static final long LARGEST_DIRECTORY = 64 << 20;
    private static final long IN_ZIP64 = 0xffffffffL;

    private final ByteSource source;
    private final Map<String, ZipEntrySource> entries = new LinkedHashMap<>();

    private ZipDirectory(ByteSource source) {
        this.source = source;
    }

    static ZipDirectory read(ByteSource source) throws IOException {
        ZipDirectory directory = new ZipDirectory(source);
        directory.readEnd();
        return directory;
    }

    /** Entries by name, in the archive's order. */
    Map<String, ZipEntrySource> entries() {
        return entries;
    }

    private void readEnd() throws IOException {
        int length = (int) Math.min(source.size(), END + LARGEST_COMMENT);
        long start = source.size() - length;
        ByteBuffer tail = bytes(start, length);
        for (int at = length - END; at >= 0; at--) {
            if (tail.getInt(at) == END_SIGNATURE && (tail.getShort(at + 20) & 0xffff) == length - END - at) {
                readEntries(tail, at, start + at);
                return;
            }
        }
        throw new MalformedWeightsException(
                Flaw.INCOMPLETE,
                "truncated file: " + source.name()
                        + ": a zip archive without its directory at the end; copy or download it again");
    }

    private void readEntries(ByteBuffer tail, int at, long end) throws IOException {
        long count = tail.getShort(at + 10) & 0xffff;
        long size = tail.getInt(at + 12) & IN_ZIP64;
        long offset = tail.getInt(at + 16) & IN_ZIP64;
        if (count == 0xffff || size == IN_ZIP64 || offset == IN_ZIP64) {
            ByteBuffer end64 = end64(end);
            count = end64.getLong(32);
            size = end64.getLong(40);
            offset = end64.getLong(48);
        }
        if (size < 0 || size > LARGEST_DIRECTORY || offset < 0 || offset > end - size || count < 0) {
            throw bad("a directory of " + size + " bytes at " + offset);
        }
        ByteBuffer directory = bytes(offset, (int) size);
        for (long i = 0; i < count; i++) {
            readEntry(directory);
        }
    }

    private ByteBuffer end64(long end) throws IOException {
        if (end >= LOCATOR) {
            ByteBuffer locator = bytes(end - LOCATOR, LOCATOR);
            long at = locator.getLong(8);
            if (locator.getInt(0) == LOCATOR_SIGNATURE && at >= 0 && at <= end - LOCATOR - END64) {
                ByteBuffer record = bytes(at, END64);
                if (record.getInt(0) == END64_SIGNATURE) {
                    return record;
                }
            }
        }
        throw bad("no zip64 directory where one is announced");
    }

    private void readEntry(ByteBuffer directory) throws IOException {
        int at = directory.position();
        if (directory.remaining() < CENTRAL || directory.getInt(at) != CENTRAL_SIGNATURE) {
            throw bad("a damaged directory");
        }
        int nameLength = directory.getShort(at + 28) & 0xffff;
        int extraLength = directory.getShort(at + 30) & 0xffff;
        int commentLength = directory.getShort(at + 32) & 0xffff;
        if (directory.remaining() - CENTRAL < nameLength + extraLength + commentLength) {
            throw bad("a damaged directory");
        }
        byte[] name = new byte[nameLength];
        directory.get(at + CENTRAL, name);
        long[] places = {
            directory.getInt(at + 24) & IN_ZIP64,
            directory.getInt(at + 20) & IN_ZIP64,
            directory.getInt(at + 42) & IN_ZIP64
        };
        zip64(directory.slice(at + CENTRAL + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN), places);
        boolean encrypted = (directory.getShort(at + 8) & 1) != 0;
        String text = new String(name, StandardCharsets.UTF_8);
        if (encrypted) {
            throw bad("the encrypted entry " + text);
        }
        ZipEntrySource entry =
                new ZipEntrySource(source, text, directory.getShort(at + 10) & 0xffff, places[0], places[1], places[2]);
        if (entries.put(text, entry) != null) {
            throw bad("two entries called " + text);
        }
        directory.position(at + CENTRAL + nameLength + extraLength + commentLength);
    }

    /** Replaces sizes and offset that do not fit 32 bits by those of the zip64 extra field, which holds only these. */
    private void zip64(ByteBuffer extra, long[] places) throws MalformedWeightsException {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xffff;
            int length = extra.getShort() & 0xffff;
            if (length > extra.remaining()) {
                throw bad("a damaged directory");
            }
            int next = extra.position() + length;
            for (int i = 0; id == 1 && i < places.length; i++) {
                if (places[i] == IN_ZIP64 && next - extra.position() >= 8) {
                    places[i] = extra.getLong();
                }
            }
            extra.position(next);
        }
        boolean inside = places[1] <= source.size() && places[2] <= source.size();
        if (!inside || places[0] < 0 || places[1] < 0 || places[2] < 0) {
            throw bad("an entry outside the file");
        }
    }

    private ByteBuffer bytes(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (ByteSource.Region region = source.read(offset, length)) {
            region.bytes().get(bytes);
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private MalformedWeightsException bad(String why) {
        return new MalformedWeightsException("bad zip archive: " + source.name() + ": " + why + "; save it again");
    }
}
