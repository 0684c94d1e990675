package org.lowrank.spark;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;
import org.lowrank.weights.bytes.Ranges;

/**
 * A file in a Hadoop file system, read by ranges: large ones by positioned reads, which several threads may do at once; small ones,
 * which come in runs, through the stream's own position, whose buffer then serves the next.
 */
final class HadoopSource implements ByteSource {
    private static final int SMALL = 128 << 10;
    private static final int PIECE = 16 << 20;

    private final String name;
    private final String place;
    private final long size;
    private final FSDataInputStream in;

    HadoopSource(String name, String place, long size, FSDataInputStream in) {
        this.name = name;
        this.place = place;
        this.size = size;
        this.in = in;
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
        OffHeap region = OffHeap.allocate(length);
        try {
            ByteBuffer out = region.bytes();
            byte[] piece = new byte[Math.min(length, PIECE)];
            while (out.hasRemaining()) {
                int count = Math.min(piece.length, out.remaining());
                fill(offset + out.position(), piece, count, length <= SMALL);
                out.put(piece, 0, count);
            }
            return region;
        } catch (EOFException e) {
            region.close();
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "changed file: " + name + ": it ended before byte " + (offset + length) + " of " + size
                            + "; run again when it is whole",
                    e);
        } catch (IOException e) {
            region.close();
            throw ReadFailure.of(place, e);
        } catch (RuntimeException e) {
            region.close();
            throw e;
        }
    }

    private void fill(long position, byte[] piece, int count, boolean small) throws IOException {
        if (small) {
            synchronized (in) {
                in.seek(position);
                in.readFully(piece, 0, count);
            }
        } else {
            in.readFully(position, piece, 0, count);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
