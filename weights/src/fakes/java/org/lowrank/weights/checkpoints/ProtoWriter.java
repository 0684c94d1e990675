package org.lowrank.weights.checkpoints;

import java.nio.charset.StandardCharsets;

/** A protocol buffer message, field by field (protobuf.dev, "Encoding"). */
public final class ProtoWriter {
    private final ByteSink out = new ByteSink();

    /** A varint field. */
    public ProtoWriter number(int field, long value) {
        varint((long) field << 3);
        return varint(value);
    }

    public ProtoWriter fixed32(int field, int value) {
        varint((long) field << 3 | 5);
        out.u32(value);
        return this;
    }

    /** A length-delimited field. */
    public ProtoWriter bytes(int field, byte[] bytes) {
        varint((long) field << 3 | 2);
        varint(bytes.length);
        out.bytes(bytes);
        return this;
    }

    public ProtoWriter text(int field, String text) {
        return bytes(field, text.getBytes(StandardCharsets.UTF_8));
    }

    public ProtoWriter message(int field, ProtoWriter message) {
        return bytes(field, message.toByteArray());
    }

    /** A bare varint, as in packed fields. */
    public ProtoWriter varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.u8((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.u8((int) rest);
        return this;
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }
}
