package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.DType;
import org.lowrank.weights.tensor.StoredTensor;
import org.lowrank.weights.tensor.Tensor;

/** GGUF versions 2 and 3, little-endian (ggml docs/gguf.md). Dimensions are stored innermost first. */
final class Gguf implements WeightFormat {
    private static final int LARGEST_COUNT = 1 << 20;
    private static final long LARGEST_ALIGNMENT = 1 << 20;
    private static final int LARGEST_KEPT_ARRAY = 4096;
    private static final int DEEPEST_ARRAY = 4;

    @Override
    public String title() {
        return "GGUF";
    }

    @Override
    public boolean recognises(byte[] head, long size) {
        return head.length >= 4 && head[0] == 'G' && head[1] == 'G' && head[2] == 'U' && head[3] == 'F';
    }

    @Override
    public boolean isNamed(byte[] head, String name) {
        return false; // its magic is the whole of what there is to say
    }

    @Override
    public List<Tensor> read(ModelFiles files, String name, OpenFiles opened)
            throws IOException, ModelNotFoundException {
        ByteSource source = opened.open(files, name);
        Reader in = new Reader(source, LARGEST_KEPT_ARRAY);
        Header header = Header.read(in);
        TreeMap<String, Object> metadata = header.metadata();
        metadata.forEach((key, value) -> {
            if (!key.startsWith("tokenizer.")) {
                opened.metadata().putIfAbsent(key, value);
            }
        });
        List<Info> infos = new ArrayList<>();
        for (int i = 0; i < header.tensors(); i++) {
            infos.add(Info.read(in));
        }
        long alignment = metadata.get("general.alignment") instanceof Number n ? n.longValue() : 32;
        if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw in.bad("alignment " + alignment);
        }
        long start = (in.position() + alignment - 1) / alignment * alignment;
        List<Tensor> tensors = new ArrayList<>();
        for (Info info : infos) {
            tensors.add(info.tensor(source, in, start, alignment));
        }
        return tensors;
    }

    /** All key values of a file, long lists too. */
    static Map<String, Object> metadata(ByteSource source) throws IOException {
        return Header.read(new Reader(source, LARGEST_COUNT)).metadata();
    }

    /** What stands before the tensors. */
    private record Header(int tensors, TreeMap<String, Object> metadata) {
        static Header read(Reader in) throws IOException {
            in.skip(4);
            int version = in.int32();
            if (version != 2 && version != 3) {
                throw in.bad(
                        version == 0x02000000 || version == 0x03000000
                                ? "big-endian data"
                                : "version " + version + " (2 and 3 are read)");
            }
            int tensorCount = in.count("tensors");
            int keyCount = in.count("key values");
            TreeMap<String, Object> metadata = new TreeMap<>();
            for (int i = 0; i < keyCount; i++) {
                String key = in.text();
                if (metadata.put(key, in.value(in.int32(), 0)) != null) {
                    throw in.bad("the key " + key + " is there twice");
                }
            }
            return new Header(tensorCount, metadata);
        }
    }

    private record Info(String name, List<Long> shape, int type, long offset) {
        static Info read(Reader in) throws IOException {
            String name = in.text();
            int dims = in.int32();
            if (dims < 0 || dims > 8) {
                throw in.bad("tensor " + name + " with " + dims + " dimensions");
            }
            List<Long> shape = new ArrayList<>();
            for (int d = 0; d < dims; d++) {
                long size = in.int64();
                if (size < 0) {
                    throw in.bad("tensor " + name + " with dimension " + Long.toUnsignedString(size));
                }
                shape.add(size);
            }
            Collections.reverse(shape);
            return new Info(name, List.copyOf(shape), in.int32(), in.int64());
        }

        Tensor tensor(ByteSource source, Reader in, long start, long alignment) throws IOException {
            DType dtype = GgufTypes.of(source.name(), name, type);
            long bytes = Sizes.bytes(source.name(), name, dtype, shape);
            if (offset < 0 || offset % alignment != 0) {
                throw in.bad("tensor " + name + " lies at " + Long.toUnsignedString(offset)
                        + ", which is no multiple of the alignment " + alignment);
            }
            if (offset > source.size() - start - bytes) {
                throw new MalformedWeightsException(
                        Flaw.INCOMPLETE,
                        "truncated file: " + source.name() + ": tensor " + name
                                + " needs " + bytes + " bytes from " + offset + " of the data on, but the file has "
                                + source.size()
                                + "; copy or download it again");
            }
            return StoredTensor.plain(name, dtype, shape, source, start + offset, bytes)
                    .named(name, Tensor.Orientation.OUT_IN);
        }
    }

    /** Sequential reads with bounds. */
    private static final class Reader {
        private final ByteSource source;
        private final Wire wire;
        private final int largestKept;

        Reader(ByteSource source, int largestKept) {
            this.source = source;
            this.largestKept = largestKept;
            this.wire = new Wire(source, 0, source.size());
        }

        long position() {
            return wire.position();
        }

        void skip(long bytes) throws IOException {
            wire.skipBytes(bytes);
        }

        int int32() throws IOException {
            return wire.fixed32();
        }

        long int64() throws IOException {
            return wire.fixed64();
        }

        int count(String what) throws IOException {
            long count = int64();
            if (count < 0 || count > LARGEST_COUNT) {
                throw bad(Long.toUnsignedString(count) + " " + what);
            }
            return (int) count;
        }

        String text() throws IOException {
            long length = int64();
            if (length < 0 || length > wire.remaining() || length > 1 << 26) {
                throw bad("a text of " + Long.toUnsignedString(length) + " bytes");
            }
            return new String(wire.octets((int) length), StandardCharsets.UTF_8);
        }

        Object value(int type, int depth) throws IOException {
            return switch (type) {
                case 0 -> wire.octets(1)[0] & 0xff;
                case 1 -> (int) wire.octets(1)[0];
                case 2 -> int16() & 0xffff;
                case 3 -> (int) int16();
                case 4 -> int32() & 0xffffffffL;
                case 5 -> int32();
                case 6 -> Float.intBitsToFloat(int32());
                case 7 -> wire.octets(1)[0] != 0;
                case 8 -> text();
                case 9 -> array(depth);
                case 10, 11 -> int64();
                case 12 -> Double.longBitsToDouble(int64());
                default -> throw bad("a value of type " + type);
            };
        }

        private short int16() throws IOException {
            byte[] bytes = wire.octets(2);
            return (short) ((bytes[0] & 0xff) | bytes[1] << 8);
        }

        /** Long arrays (token lists) are walked over and not kept. */
        private Object array(int depth) throws IOException {
            int type = int32();
            long length = int64();
            if (depth == DEEPEST_ARRAY) {
                throw bad("arrays nested more than " + DEEPEST_ARRAY + " deep");
            }
            if (length < 0 || length > wire.remaining()) {
                throw bad("an array of " + Long.toUnsignedString(length) + " values");
            }
            List<Object> kept = new ArrayList<>();
            for (long i = 0; i < length; i++) {
                Object value = value(type, depth + 1);
                if (length <= largestKept) {
                    kept.add(value);
                }
            }
            return kept;
        }

        MalformedWeightsException bad(String why) {
            return new MalformedWeightsException("bad GGUF file: " + source.name() + ": " + why + "; convert it again");
        }
    }
}
