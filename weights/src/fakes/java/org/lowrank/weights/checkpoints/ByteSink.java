package org.lowrank.weights.checkpoints;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Bytes put one after another, little-endian. */
public final class ByteSink {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Bytes so far. */
    public int size() {
        return out.size();
    }

    public ByteSink bytes(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public ByteSink u8(int value) {
        out.write(value);
        return this;
    }

    public ByteSink u16(int value) {
        return bytes(little(2).putShort((short) value).array());
    }

    public ByteSink u32(long value) {
        return bytes(little(4).putInt((int) value).array());
    }

    public ByteSink u64(long value) {
        return bytes(little(8).putLong(value).array());
    }

    public ByteSink text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Zeros up to the next multiple. */
    public ByteSink align(int multiple) {
        while (size() % multiple != 0) {
            u8(0);
        }
        return this;
    }

    public byte[] toByteArray() {
        return out.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
