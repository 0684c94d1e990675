package org.lowrank.weights.bytes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A local file, memory-mapped region by region; closing a region unmaps it, so that resident memory stays bounded. */
public final class MappedFile implements ByteSource {
    private final String name;
    private final FileChannel channel;
    private final long start;
    private final long size;

    private MappedFile(String name, FileChannel channel, long start, long size) {
        this.name = name;
        this.channel = channel;
        this.start = start;
        this.size = size;
    }

    /** A whole file. */
    public static MappedFile open(Path path, String name) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        return new MappedFile(name, channel, 0, channel.size());
    }

    /** A part of a file, for instance an uncompressed entry of a jar. */
    public static MappedFile open(Path path, String name, long start, long size) throws IOException {
        return new MappedFile(name, FileChannel.open(path, StandardOpenOption.READ), start, size);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Region read(long offset, int length) throws IOException {
        Ranges.check(this, offset, length);
        if (length == 0) {
            return OffHeap.allocate(0);
        }
        if (start + offset + length > channel.size()) {
            throw shortened();
        }
        return OffHeap.owning(channel.map(FileChannel.MapMode.READ_ONLY, start + offset, length));
    }

    /**
     * Copies the bytes from {@code offset} on, as many as there is room for. For what is passed over once: a page that is mapped costs a
     * fault, on a virtual machine several times what copying it costs.
     *
     * @throws MalformedWeightsException if the range passes the end of the file
     */
    public void copy(long offset, ByteBuffer into) throws IOException {
        Ranges.check(this, offset, into.remaining());
        long at = start + offset;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                throw shortened();
            }
            at += read;
        }
    }

    private MalformedWeightsException shortened() throws IOException {
        return new MalformedWeightsException(
                Flaw.INCOMPLETE,
                "truncated file: " + name + ": it was shortened to " + channel.size()
                        + " bytes while being read; restore it and run again");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
