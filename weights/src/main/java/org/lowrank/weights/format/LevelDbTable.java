package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * A LevelDB table, as TensorFlow writes its index (leveldb/doc/table_format.md): blocks of keys that share prefixes, a block
 * that lists them, a footer.
 */
final class LevelDbTable {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER = 48;
    private static final int LARGEST_BLOCK = 64 << 20;
    private static final int LONGEST_KEY = 1000;
    private static final int MOST_RECORDS = 1 << 18;

    private LevelDbTable() {}

    /** A key and its value. */
    record Record(byte[] key, byte[] value) {}

    /** All records, in key order. */
    static List<Record> records(ByteSource index) throws IOException {
        if (index.size() < FOOTER) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "truncated file: " + index.name() + ": " + index.size()
                            + " bytes, too short for a table; copy or download it again");
        }
        ByteBuffer footer;
        try (ByteSource.Region region = index.read(index.size() - FOOTER, FOOTER)) {
            footer = copy(region.bytes());
        }
        if (footer.getLong(FOOTER - 8) != MAGIC) {
            throw TensorBundle.bad(
                    index, "no table magic number at its end (not a TensorFlow checkpoint index, or truncated)");
        }
        varint(index, footer); // the meta-index block: filters, not needed
        varint(index, footer);
        byte[] top = block(index, varint(index, footer), varint(index, footer));
        List<Record> records = new ArrayList<>();
        long last = -1;
        for (Record entry : entries(index, top)) {
            ByteBuffer handle = ByteBuffer.wrap(entry.value());
            long offset = varint(index, handle);
            if (offset <= last) { // or one block could be read without end
                throw TensorBundle.bad(index, "a block at " + offset + " behind one at " + last);
            }
            last = offset;
            records.addAll(entries(index, block(index, offset, varint(index, handle))));
            checkCount(index, records);
        }
        return records;
    }

    private static void checkCount(ByteSource index, List<?> records) throws MalformedWeightsException {
        if (records.size() > MOST_RECORDS) {
            throw TensorBundle.bad(index, "more than " + MOST_RECORDS + " entries");
        }
    }

    private static byte[] block(ByteSource index, long offset, long size) throws IOException {
        if (size < 4 || size > LARGEST_BLOCK || offset < 0 || offset > index.size() - size - 5) {
            throw TensorBundle.bad(index, "a block of " + size + " bytes at " + offset);
        }
        byte[] bytes = new byte[(int) size + 5];
        try (ByteSource.Region region = index.read(offset, bytes.length)) {
            region.bytes().get(bytes);
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, (int) size + 1);
        int stored = ByteBuffer.wrap(bytes, (int) size + 1, 4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getInt();
        if (mask((int) crc.getValue()) != stored) {
            throw TensorBundle.bad(index, "the block at " + offset + " does not match its checksum");
        }
        byte[] content = Arrays.copyOf(bytes, (int) size);
        return switch (bytes[(int) size]) {
            case 0 -> content;
            case 1 -> Snappy.decompress(index, content);
            default ->
                throw TensorBundle.bad(index, "a block compressed in an unknown way (" + bytes[(int) size] + ")");
        };
    }

    /** LevelDB stores checksums rotated, so that a checksum of checksums does not vanish. */
    private static int mask(int crc) {
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static List<Record> entries(ByteSource index, byte[] block) throws MalformedWeightsException {
        if (block.length < 4) {
            throw TensorBundle.bad(index, "an empty block");
        }
        ByteBuffer data = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        long restarts = data.getInt(block.length - 4) & 0xffffffffL;
        long end = block.length - 4 - 4 * restarts;
        if (end < 0) {
            throw TensorBundle.bad(index, "a block with " + restarts + " restarts");
        }
        data.limit((int) end);
        List<Record> entries = new ArrayList<>();
        byte[] last = new byte[0];
        while (data.hasRemaining()) {
            long shared = varint(index, data);
            long own = varint(index, data);
            long length = varint(index, data);
            if (shared < 0
                    || shared > last.length
                    || own < 0
                    || shared > LONGEST_KEY - own
                    || length < 0
                    || own > data.remaining()
                    || length > data.remaining() - own) {
                throw TensorBundle.bad(index, "a table entry that does not fit its block");
            }
            byte[] key = Arrays.copyOf(last, (int) (shared + own));
            data.get(key, (int) shared, (int) own);
            byte[] value = new byte[(int) length];
            data.get(value);
            entries.add(new Record(key, value));
            checkCount(index, entries);
            last = key;
        }
        return entries;
    }

    private static long varint(ByteSource index, ByteBuffer data) throws MalformedWeightsException {
        long value = 0;
        for (int shift = 0; shift < 64 && data.hasRemaining(); shift += 7) {
            byte b = data.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw TensorBundle.bad(index, "a number that does not end");
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    }
}
