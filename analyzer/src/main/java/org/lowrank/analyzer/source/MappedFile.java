package org.lowrank.analyzer.source;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

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
            return new MappedRegion(ByteBuffer.allocateDirect(0).order(ByteOrder.LITTLE_ENDIAN), false);
        }
        if (start + offset + length > channel.size()) {
            throw new MalformedWeightsException("truncated file: " + name + ": it was shortened to " + channel.size()
                    + " bytes while being read; restore it and run again");
        }
        ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, start + offset, length);
        return new MappedRegion(mapped.order(ByteOrder.LITTLE_ENDIAN), true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static final class MappedRegion implements Region {
        private final ByteBuffer bytes;
        private final AtomicBoolean mapped;

        MappedRegion(ByteBuffer bytes, boolean mapped) {
            this.bytes = bytes;
            this.mapped = new AtomicBoolean(mapped);
        }

        @Override
        public ByteBuffer bytes() {
            return bytes;
        }

        @Override
        public void close() {
            if (mapped.getAndSet(false)) {
                Unmapper.unmap(bytes);
            }
        }
    }

    /** Unmaps at once through the JDK's supported door for it; without it, the garbage collector does so later. */
    private static final class Unmapper {
        private static final Object UNSAFE;
        private static final @Nullable Method INVOKE_CLEANER;

        static {
            Object unsafe = null;
            @Nullable Method invoke = null;
            try {
                Class<?> type = Class.forName("sun.misc.Unsafe");
                var field = type.getDeclaredField("theUnsafe");
                field.setAccessible(true);
                unsafe = field.get(null);
                invoke = type.getMethod("invokeCleaner", ByteBuffer.class);
            } catch (ReflectiveOperationException | RuntimeException absent) {
                unsafe = new Object();
            }
            UNSAFE = java.util.Objects.requireNonNull(unsafe);
            INVOKE_CLEANER = invoke;
        }

        static void unmap(ByteBuffer buffer) {
            if (INVOKE_CLEANER == null) {
                return;
            }
            try {
                INVOKE_CLEANER.invoke(UNSAFE, buffer);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot unmap", e);
            }
        }
    }
}
