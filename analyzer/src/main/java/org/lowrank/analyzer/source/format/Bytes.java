package org.lowrank.analyzer.source.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.source.Ranges;

/** A few bytes in memory, read like a file. */
record Bytes(String name, byte[] content) implements ByteSource {
    @Override
    public long size() {
        return content.length;
    }

    @Override
    public Region read(long offset, int length) throws MalformedWeightsException {
        Ranges.check(this, offset, length);
        ByteBuffer copy = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(content, (int) offset, length).flip();
        return new Region() {
            @Override
            public ByteBuffer bytes() {
                return copy;
            }

            @Override
            public void close() {
                // On the heap of the garbage collector.
            }
        };
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
