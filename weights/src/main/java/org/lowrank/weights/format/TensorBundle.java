package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/**
 * TensorFlow's TensorBundle: X.index is a LevelDB-format table of names to places, X.data-NNNNN-of-NNNNN hold the bytes
 * (tensorflow/core/protobuf/tensor_bundle.proto, leveldb/doc/table_format.md).
 */
final class TensorBundle implements WeightFormat {
    private static final Pattern OPTIMIZER =
            Pattern.compile("(.*/)?(adam_[mv]|Adam(_1)?|Momentum|RMSProp(_1)?|global_step|save_counter)(:0)?"
                    + "|.*/\\.OPTIMIZER_SLOT/.*|(optimizer|save_counter|global_step)/.*");

    @Override
    public String title() {
        return "TensorFlow checkpoint";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        return false; // the magic number is in the footer, checked on reading
    }

    @Override
    public boolean isNamed(byte[] head, String name) {
        return name.endsWith(".index");
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource index = opened.open(files, name);
        String prefix = name.substring(0, name.length() - ".index".length());
        int shards = 1;
        int optimizer = 0;
        List<Tensor> tensors = new ArrayList<>();
        for (LevelDbTable.Record record : LevelDbTable.records(index)) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            Entry entry = Entry.parse(index, key, record.value());
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
                throw new MalformedWeightsException(
                        Flaw.INCOMPLETE,
                        "truncated file: " + dataName + ": tensor " + key + " needs bytes "
                                + entry.offset + " to " + (entry.offset + entry.size) + " but the file has "
                                + data.size()
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

    static MalformedWeightsException bad(ByteSource source, String why) {
        return new MalformedWeightsException(
                "bad TensorFlow checkpoint: " + source.name() + ": " + why + "; save it again");
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
