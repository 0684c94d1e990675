package org.lowrank.weights.checkpoints;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** A file's bytes, at hand or made when asked for, so that a file of many gigabytes needs no memory. */
public interface Content {
    /** Length in bytes. */
    long size();

    /** Writes the bytes {@code from} ≤ i &lt; {@code until}. */
    void write(OutputStream out, long from, long until) throws IOException;

    /** All bytes, of a file that fits an array. */
    default byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.toIntExact(size()));
        try {
            write(out, 0, size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Bytes at hand. */
    static Content of(byte[] bytes) {
        return new Content() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public void write(OutputStream out, long from, long until) throws IOException {
                out.write(bytes, (int) from, (int) (until - from));
            }
        };
    }

    /** Contents one after another. */
    static Content concat(List<Content> parts) {
        long size = parts.stream().mapToLong(Content::size).sum();
        return new Content() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public void write(OutputStream out, long from, long until) throws IOException {
                long start = 0;
                for (Content part : parts) {
                    long end = start + part.size();
                    if (from < end && until > start) {
                        part.write(out, Math.max(from, start) - start, Math.min(until, end) - start);
                    }
                    start = end;
                }
            }
        };
    }
}
