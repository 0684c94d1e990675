package org.lowrank.weights.format;

import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.bytes.Ranges;

/** A few bytes in memory, read like a file. */
record Bytes(String name, byte[] content) implements ByteSource {
    @Override
    public long size() {
        return content.length;
    }

    @Override
    public Region read(long offset, int length) throws MalformedWeightsException {
        Ranges.check(this, offset, length);
        OffHeap copy = OffHeap.allocate(length);
        copy.bytes().put(content, (int) offset, length);
        return copy;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
