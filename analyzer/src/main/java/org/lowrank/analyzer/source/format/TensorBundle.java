package org.lowrank.analyzer.source.format;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.source.ModelFiles;
import org.lowrank.analyzer.source.ModelNotFoundException;
import org.lowrank.analyzer.tensor.DType;
import org.lowrank.analyzer.tensor.StoredTensor;
import org.lowrank.analyzer.tensor.Tensor;

/**
 * TensorFlow's TensorBundle: X.index is a LevelDB-format table of names to places, X.data-NNNNN-of-NNNNN hold the bytes
 * (tensorflow/core/protobuf/tensor_bundle.proto, leveldb/doc/table_format.md).
 */
final class TensorBundle implements WeightFormat {
    private static final long MAGIC = 0xdb4775248b80fb57L;
    private static final int FOOTER = 48;
    private static final int LARGEST_BLOCK = 64 << 20;
    private static final int LONGEST_KEY = 1000;
    private static final int MOST_RECORDS = 1 << 18;
    private static final Pattern OPTIMIZER =
            Pattern.compile("(.*/)?(adam_[mv]|Adam(_1)?|Momentum|RMSProp(_1)?|global_step|save_counter)(:0)?"
                    + "|.*/\\.OPTIMIZER_SLOT/.*|(optimizer|save_counter|global_step)/.*");

    @Override
    public String title() {
        return "TensorFlow checkpoint";
    }

    @Override
    public boolean recognises(byte[] head, String name) {
        return name.endsWith(".index"); // the magic number is in the footer, checked on reading
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource index = opened.open(files, name);
        String prefix = name.substring(0, name.length() - ".index".length());
        List<byte[][]> records = records(index);
        int shards = 1;
        int optimizer = 0;
        List<Tensor> tensors = new ArrayList<>();
        for (byte[][] record : records) {
            String key = new String(record[0], StandardCharsets.UTF_8);
            Entry entry = Entry.parse(index, key, record[1]);
            if (key.isEmpty()) {
                if (entry.bigEndian) {
                    throw bad(index, "big-endian data");
                }
                shards = entry.shards;
                continue;
            }
            if (entry.isText) {
                continue; // the object graph of a SavedModel, not a tensor of numbers
            }
            if (OPTIMIZER.matcher(key).matches()) {
                optimizer++;
                continue;
            }
            if (entry.shard < 0 || entry.shard >= shards) {
                throw bad(index, "tensor " + key + " lies in shard " + entry.shard + " of " + shards);
            }
            String dataName = String.format(java.util.Locale.ROOT, "%s.data-%05d-of-%05d", prefix, entry.shard, shards);
            ByteSource data = opened.open(files, dataName);
            if (entry.offset < 0 || entry.size < 0 || entry.offset > data.size() - entry.size) {
                Unreadable.refuse(data, Unreadable.head(data));
                throw new MalformedWeightsException("truncated file: " + dataName + ": tensor " + key + " needs bytes "
                        + entry.offset + " to " + (entry.offset + entry.size) + " but the file has " + data.size()
                        + "; copy or download it again");
            }
            long expected = Sizes.bytes(index.name(), key, entry.dtype, entry.shape);
            if (entry.dtype != DType.OTHER && expected != entry.size) {
                throw bad(
                        index,
                        "tensor " + key + " of shape " + entry.shape + " and type " + entry.dtype + " needs " + expected
                                + " bytes but has " + entry.size);
            }
            StoredTensor tensor =
                    StoredTensor.plain(key, entry.dtype, List.copyOf(entry.shape), data, entry.offset, entry.size);
            boolean kernel = entry.shape.size() >= 2
                    && (key.endsWith("/kernel") || key.endsWith("/w") || key.contains("/kernel/"));
            tensors.add(tensor.named(key, kernel ? Tensor.Orientation.IN_OUT : Tensor.Orientation.UNKNOWN));
        }
        if (optimizer > 0) {
            opened.warn(optimizer + " variables of the optimizer were left out");
        }
        return tensors;
    }

    /** All key-value pairs of the table. */
    private static List<byte[][]> records(ByteSource index) throws IOException {
        if (index.size() < FOOTER) {
            throw new MalformedWeightsException("truncated file: " + index.name() + ": " + index.size()
                    + " bytes, too short for a table; copy or download it again");
        }
        ByteBuffer footer;
        try (ByteSource.Region region = index.read(index.size() - FOOTER, FOOTER)) {
            footer = copy(region.bytes());
        }
        if (footer.getLong(FOOTER - 8) != MAGIC) {
            throw bad(index, "no table magic number at its end (not a TensorFlow checkpoint index, or truncated)");
        }
        varint(index, footer); // the meta-index block: filters, not needed
        varint(index, footer);
        byte[] top = block(index, varint(index, footer), varint(index, footer));
        List<byte[][]> records = new ArrayList<>();
        long last = -1;
        for (byte[][] entry : entries(index, top)) {
            ByteBuffer handle = ByteBuffer.wrap(entry[1]);
            long offset = varint(index, handle);
            if (offset <= last) { // or one block could be read without end
                throw bad(index, "a block at " + offset + " behind one at " + last);
            }
            last = offset;
            records.addAll(entries(index, block(index, offset, varint(index, handle))));
            checkCount(index, records);
        }
        return records;
    }

    private static void checkCount(ByteSource index, List<?> records) throws MalformedWeightsException {
        if (records.size() > MOST_RECORDS) {
            throw bad(index, "more than " + MOST_RECORDS + " entries");
        }
    }

    private static byte[] block(ByteSource index, long offset, long size) throws IOException {
        if (size < 4 || size > LARGEST_BLOCK || offset < 0 || offset > index.size() - size - 5) {
            throw bad(index, "a block of " + size + " bytes at " + offset);
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
            throw bad(index, "the block at " + offset + " does not match its checksum");
        }
        byte[] content = Arrays.copyOf(bytes, (int) size);
        return switch (bytes[(int) size]) {
            case 0 -> content;
            case 1 -> Snappy.decompress(index, content);
            default -> throw bad(index, "a block compressed in an unknown way (" + bytes[(int) size] + ")");
        };
    }

    /** LevelDB stores checksums rotated, so that a checksum of checksums does not vanish. */
    private static int mask(int crc) {
        return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
    }

    private static List<byte[][]> entries(ByteSource index, byte[] block) throws MalformedWeightsException {
        if (block.length < 4) {
            throw bad(index, "an empty block");
        }
        ByteBuffer data = ByteBuffer.wrap(block).order(ByteOrder.LITTLE_ENDIAN);
        long restarts = data.getInt(block.length - 4) & 0xffffffffL;
        long end = block.length - 4 - 4 * restarts;
        if (end < 0) {
            throw bad(index, "a block with " + restarts + " restarts");
        }
        data.limit((int) end);
        List<byte[][]> entries = new ArrayList<>();
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
                throw bad(index, "a table entry that does not fit its block");
            }
            byte[] key = Arrays.copyOf(last, (int) (shared + own));
            data.get(key, (int) shared, (int) own);
            byte[] value = new byte[(int) length];
            data.get(value);
            entries.add(new byte[][] {key, value});
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
        throw bad(index, "a number that does not end");
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static MalformedWeightsException bad(ByteSource source, String why) {
        return new MalformedWeightsException(
                "bad TensorFlow checkpoint: " + source.name() + ": " + why + "; save or download it again");
    }

    /** BundleHeaderProto (key "") or BundleEntryProto. */
    private static final class Entry {
        DType dtype = DType.OTHER;
        final List<Long> shape = new ArrayList<>();
        int shard;
        long offset;
        long size;
        int shards = 1;
        boolean bigEndian;
        boolean isText;

        static Entry parse(ByteSource index, String key, byte[] value) throws IOException {
            Entry entry = new Entry();
            Wire wire = new Wire(new Bytes(index.name(), value), 0, value.length);
            boolean header = key.isEmpty();
            while (wire.next()) {
                int field = wire.field();
                if (header && field == 1) {
                    entry.shards = (int) wire.number();
                } else if (header && field == 2) {
                    entry.bigEndian = wire.number() == 1;
                } else if (!header && field == 1) {
                    long code = wire.number();
                    entry.isText = code == 7;
                    entry.dtype = dtype(code);
                } else if (!header && field == 2) {
                    shape(wire.message(), entry.shape);
                } else if (!header && field == 3) {
                    entry.shard = (int) wire.number();
                } else if (!header && field == 4) {
                    entry.offset = wire.number();
                } else if (!header && field == 5) {
                    entry.size = wire.number();
                } else if (!header && field == 7) {
                    throw bad(index, "variable " + key + " is saved in slices; save the checkpoint unpartitioned");
                } else {
                    wire.skip();
                }
            }
            return entry;
        }

        private static void shape(Wire wire, List<Long> shape) throws IOException {
            while (wire.next()) {
                if (wire.field() == 2 && wire.type() == Wire.BYTES) {
                    Wire dim = wire.message();
                    long size = 0;
                    while (dim.next()) {
                        if (dim.field() == 1 && dim.type() == Wire.VARINT) {
                            size = dim.number();
                        } else {
                            dim.skip();
                        }
                    }
                    if (size < 0) {
                        throw wire.bad("a negative dimension");
                    }
                    shape.add(size);
                } else {
                    wire.skip();
                }
            }
        }

        private static DType dtype(long code) {
            return switch ((int) code) {
                case 1 -> DType.F32;
                case 2 -> DType.F64;
                case 3 -> DType.I32;
                case 4 -> DType.U8;
                case 5 -> DType.I16;
                case 6 -> DType.I8;
                case 8 -> DType.C64;
                case 9 -> DType.I64;
                case 10 -> DType.BOOL;
                case 14 -> DType.BF16;
                case 17 -> DType.U16;
                case 19 -> DType.F16;
                case 22 -> DType.U32;
                case 23 -> DType.U64;
                case 24 -> DType.F8_E5M2;
                case 25 -> DType.F8_E4M3;
                default -> DType.OTHER;
            };
        }
    }
}
