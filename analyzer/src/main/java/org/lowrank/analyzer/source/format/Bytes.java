package org.lowrank.analyzer.source.format;

import org.lowrank.analyzer.source.ByteSource;
import org.lowrank.analyzer.source.MalformedWeightsException;
import org.lowrank.analyzer.source.OffHeap;
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
        OffHeap copy = OffHeap.allocate(length);
        copy.bytes().put(content, (int) offset, length);
        return copy;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
