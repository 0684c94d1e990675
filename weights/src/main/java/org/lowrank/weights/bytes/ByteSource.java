package org.lowrank.weights.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one file, local (mapped) or remote (fetched by range), read at any offset. Safe for several threads. */
public interface ByteSource extends AutoCloseable {
    /** The file's name as a person would name it, for messages. */
    String name();

    /** Length in bytes. */
    long size();

    /**
     * The bytes [offset, offset + length), little-endian, position 0, valid until the region is closed.
     *
     * @throws MalformedWeightsException if the range passes the end of the file: the file is truncated
     */
    Region read(long offset, int length) throws IOException;

    @Override
    void close() throws IOException;

    /** Bytes that stay valid until closed. */
    interface Region extends AutoCloseable {
        /** Direct, little-endian, position 0, limit = length. */
        ByteBuffer bytes();

        @Override
        void close();
    }
}
