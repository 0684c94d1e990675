package org.lowrank.weights.format;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Protocol buffer wire format, read where it lies: tags, varints and lengths, so that a tensor's bytes are located and not
 * copied. Reads ahead in small windows.
 */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private static final int WINDOW = 1 << 16;

    private final ByteSource source;
    private final long end;
    private long at;
    private byte[] window = new byte[0];
    private long windowStart;

    private int field;
    private int type;

    Wire(ByteSource source, long from, long end) {
        this.source = source;
        this.at = from;
        this.end = end;
    }

    /** Moves to the next field; false at the end of the message. */
    boolean next() throws IOException {
        if (at >= end) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        type = (int) (tag & 7);
        if (field == 0) {
            throw bad("field number 0");
        }
        return true;
    }

    int field() {
        return field;
    }

    int type() {
        return type;
    }

    long position() {
        return at;
    }

    long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int b = octet();
            value |= (long) (b & 0x7f) << shift;
            if ((b & 0x80) == 0) {
                return value;
            }
        }
        throw bad("a number of more than 64 bits");
    }

    long fixed64() throws IOException {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            value |= (long) octet() << (8 * i);
        }
        return value;
    }

    int fixed32() throws IOException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value |= octet() << (8 * i);
        }
        return value;
    }

    /** The embedded message or bytes of a length-delimited field: its place; the position moves behind it. */
    Wire message() throws IOException {
        long length = length();
        Wire inner = new Wire(source, at, at + length);
        inner.window = window;
        inner.windowStart = windowStart;
        at += length;
        return inner;
    }

    /** Length of a length-delimited field, checked against what is left. */
    private long length() throws IOException {
        if (type != BYTES) {
            throw bad("field " + field + " has wire type " + type + " instead of 2");
        }
        long length = varint();
        if (length < 0 || length > end - at) {
            throw bad("field " + field + " claims " + Long.toUnsignedString(length) + " bytes, " + (end - at)
                    + " are left");
        }
        return length;
    }

    long remaining() {
        return end - at;
    }

    String text() throws IOException {
        Wire bytes = message();
        return new String(bytes.bytes(1 << 20), StandardCharsets.UTF_8);
    }

    /** The next bytes. */
    byte[] octets(int count) throws IOException {
        if (count > end - at) {
            throw bad("data that ends too early");
        }
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) octet();
        }
        return bytes;
    }

    void skipBytes(long count) throws IOException {
        if (count < 0 || count > end - at) {
            throw bad("data that ends too early");
        }
        at += count;
    }

    /** All bytes of this message. */
    byte[] bytes(int most) throws IOException {
        long length = end - at;
        if (length > most) {
            throw bad("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[(int) length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) octet();
        }
        return bytes;
    }

    void skip() throws IOException {
        switch (type) {
            case VARINT -> varint();
            case FIXED64 -> skipBytes(8);
            case BYTES -> skipBytes(length());
            case FIXED32 -> skipBytes(4);
            default -> throw bad("wire type " + type);
        }
    }

    /** The value of a varint field. */
    long number() throws IOException {
        if (type != VARINT) {
            throw bad("field " + field + " has wire type " + type + " instead of 0");
        }
        return varint();
    }

    private int octet() throws IOException {
        if (at >= end) {
            throw bad("a message that ends too early");
        }
        if (at < windowStart || at >= windowStart + window.length) {
            int length = (int) Math.min(WINDOW, source.size() - at);
            try (ByteSource.Region region = source.read(at, length)) {
                window = new byte[length];
                region.bytes().get(window);
            }
            windowStart = at;
        }
        return window[(int) (at++ - windowStart)] & 0xff;
    }

    MalformedWeightsException bad(String what) {
        return new MalformedWeightsException(
                "malformed data: " + source.name() + ": " + what + " at byte " + at + "; save it again");
    }
}
