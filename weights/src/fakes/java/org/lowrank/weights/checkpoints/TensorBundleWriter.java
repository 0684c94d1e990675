package org.lowrank.weights.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.lowrank.weights.tensor.DType;

/**
 * TensorFlow's TensorBundle: a LevelDB table of BundleEntryProto, and shards of raw bytes
 * (tensorflow/core/protobuf/tensor_bundle.proto, leveldb/doc/table_format.md).
 */
public final class TensorBundleWriter {
    private static final int RESTART_INTERVAL = 16;

    private TensorBundleWriter() {}

    /** File names and contents, tensors dealt to the shards in turn. */
    public static Map<String, byte[]> files(String prefix, Map<String, TestTensor> tensors, int shards) {
        TreeMap<String, byte[]> records = new TreeMap<>();
        ProtoWriter header = new ProtoWriter();
        records.put(
                "",
                header.number(1, shards)
                        .message(3, new ProtoWriter().number(1, 1))
                        .toByteArray());
        List<ByteSink> data = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            data.add(new ByteSink());
        }
        int next = 0;
        for (Map.Entry<String, TestTensor> entry : new TreeMap<>(tensors).entrySet()) {
            int shard = next++ % shards;
            records.put(
                    entry.getKey(),
                    entry(entry.getValue(), shard, data.get(shard).size()).toByteArray());
            data.get(shard).bytes(entry.getValue().data());
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(prefix + ".index", table(records, false));
        for (int i = 0; i < shards; i++) {
            files.put(
                    String.format("%s.data-%05d-of-%05d", prefix, i, shards),
                    data.get(i).toByteArray());
        }
        return files;
    }

    /** BundleEntryProto. */
    public static ProtoWriter entry(TestTensor tensor, int shard, long offset) {
        ProtoWriter shape = new ProtoWriter();
        tensor.shape().forEach(size -> shape.message(2, new ProtoWriter().number(1, size)));
        ProtoWriter entry =
                new ProtoWriter().number(1, dataType(tensor.dtype())).message(2, shape);
        if (shard != 0) {
            entry.number(3, shard);
        }
        return entry.number(4, offset).number(5, tensor.data().length).fixed32(6, mask(tensor.data()));
    }

    /** A table of one data block, in key order. */
    public static byte[] table(TreeMap<String, byte[]> records, boolean snappy) {
        ByteSink out = new ByteSink();
        byte[] data = handle(out, block(records), snappy);
        byte[] meta = handle(out, block(new TreeMap<>()), false);
        TreeMap<String, byte[]> top = new TreeMap<>();
        top.put(records.lastKey() + "~", data);
        byte[] index = handle(out, block(top), false);
        ByteSink footer = new ByteSink().bytes(meta).bytes(index);
        while (footer.size() < 40) {
            footer.u8(0);
        }
        return out.bytes(footer.u64(0xdb4775248b80fb57L).toByteArray()).toByteArray();
    }

    /** Puts a block with its trailer; returns the block handle (offset, size as varints). */
    private static byte[] handle(ByteSink out, byte[] content, boolean snappy) {
        byte[] block = snappy ? snappyLiteral(content) : content;
        long offset = out.size();
        byte[] typed = new ByteSink().bytes(block).u8(snappy ? 1 : 0).toByteArray();
        out.bytes(typed).u32(mask(typed));
        return new ProtoWriter().varint(offset).varint(block.length).toByteArray();
    }

    /** Keys share prefixes with the one before, every sixteenth stands alone. */
    private static byte[] block(TreeMap<String, byte[]> records) {
        ByteSink out = new ByteSink();
        List<Integer> restarts = new ArrayList<>(List.of(0));
        byte[] last = new byte[0];
        int count = 0;
        for (Map.Entry<String, byte[]> record : records.entrySet()) {
            byte[] key = record.getKey().getBytes(StandardCharsets.UTF_8);
            int shared = 0;
            if (count > 0 && count % RESTART_INTERVAL == 0) {
                restarts.add(out.size());
            } else {
                while (shared < Math.min(last.length, key.length) && last[shared] == key[shared]) {
                    shared++;
                }
            }
            byte[] value = record.getValue();
            out.bytes(new ProtoWriter()
                    .varint(shared)
                    .varint(key.length - shared)
                    .varint(value.length)
                    .toByteArray());
            out.bytes(java.util.Arrays.copyOfRange(key, shared, key.length)).bytes(value);
            last = key;
            count++;
        }
        restarts.forEach(out::u32);
        return out.u32(restarts.size()).toByteArray();
    }

    /** Snappy without any compression: the length, then literals of up to 60 bytes. */
    private static byte[] snappyLiteral(byte[] content) {
        ByteSink out =
                new ByteSink().bytes(new ProtoWriter().varint(content.length).toByteArray());
        for (int at = 0; at < content.length; at += 60) {
            int length = Math.min(60, content.length - at);
            out.u8((length - 1) << 2).bytes(java.util.Arrays.copyOfRange(content, at, at + length));
        }
        return out.toByteArray();
    }

    /** LevelDB's masked CRC-32C. */
    private static int mask(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        int value = (int) crc.getValue();
        return Integer.rotateRight(value, 15) + 0xa282ead8;
    }

    /** tensorflow.DataType. */
    public static int dataType(DType dtype) {
        return switch (dtype) {
            case F32 -> 1;
            case F64 -> 2;
            case I32 -> 3;
            case U8 -> 4;
            case I16 -> 5;
            case I8 -> 6;
            case I64 -> 9;
            case BOOL -> 10;
            case BF16 -> 14;
            case U16 -> 17;
            case F16 -> 19;
            case U32 -> 22;
            case U64 -> 23;
            case F8_E5M2 -> 24;
            case F8_E4M3 -> 25;
            default -> throw new IllegalArgumentException("TensorFlow has no " + dtype);
        };
    }
}
