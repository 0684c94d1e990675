package org.lowrank.weights.writing;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.lowrank.machine.files.WholeFile;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.bytes.OffHeap;

/** One safetensors file being written; it appears when it is committed. Sinks may be used from several threads. */
public final class ShardWriter implements AutoCloseable {
    /** Small enough for a core's cache, large enough that the system call does not count. */
    private static final int BUFFER_BYTES = 1 << 18;

    private final ShardPlan.Shard shard;
    private final WholeFile<WeightsWriteException> file;
    private final Map<String, Sink> sinks = new HashMap<>();
    private final Queue<OffHeap> buffers = new ConcurrentLinkedQueue<>();

    private ShardWriter(ShardPlan.Shard shard, WholeFile<WeightsWriteException> file) {
        this.shard = shard;
        this.file = file;
        shard.tensors().forEach(placed -> sinks.put(placed.tensor().name(), new Sink(placed)));
    }

    static ShardWriter begin(Path directory, ShardPlan.Shard shard) throws WeightsWriteException {
        WholeFile<WeightsWriteException> file =
                WholeFile.create(directory.resolve(shard.file()), WeightsWriteException::of);
        try {
            file.write(ByteBuffer.wrap(shard.header()), 0);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
        return new ShardWriter(shard, file);
    }

    /** Where the values of one of the shard's tensors go. */
    public TensorSink sink(OutputTensor tensor) {
        Sink sink = sinks.get(tensor.name());
        if (sink == null || !sink.tensor().equals(tensor)) {
            throw new IllegalArgumentException(tensor + " is not planned in " + shard.file());
        }
        return sink;
    }

    /**
     * Gives the file its name.
     *
     * @throws IllegalStateException if elements were never given: a file with holes would look like a model
     */
    public void commit() throws WeightsWriteException {
        for (Sink sink : sinks.values()) {
            long missing = sink.tensor().bytes() - sink.written.get();
            if (missing != 0) {
                throw new IllegalStateException(
                        missing + " bytes of " + sink.tensor().name() + " were not written to " + shard.file());
            }
        }
        file.commit();
    }

    /** Removes the file, unless it was committed. */
    @Override
    public void close() throws WeightsWriteException {
        for (OffHeap buffer = buffers.poll(); buffer != null; buffer = buffers.poll()) {
            buffer.close();
        }
        file.close();
    }

    private final class Sink implements TensorSink {
        private final ShardPlan.PlacedTensor placed;
        private final AtomicLong written = new AtomicLong();

        Sink(ShardPlan.PlacedTensor placed) {
            this.placed = placed;
        }

        @Override
        public OutputTensor tensor() {
            return placed.tensor();
        }

        @Override
        public void put(long element, double[] values, int count) throws IOException {
            check(element, count);
            int perBuffer = BUFFER_BYTES / tensor().width();
            OffHeap buffer = buffers.poll();
            OffHeap memory = buffer == null ? OffHeap.allocate(BUFFER_BYTES) : buffer;
            try {
                for (int done = 0; done < count; done += perBuffer) {
                    int part = Math.min(perBuffer, count - done);
                    ByteBuffer bytes = memory.bytes();
                    int bad = Rounding.put(tensor().dtype(), values, done, part, bytes);
                    if (bad >= 0) {
                        throw notFinite(element + bad, values[bad]);
                    }
                    write(element + done, bytes.flip());
                }
            } finally {
                buffers.add(memory);
            }
        }

        private MalformedWeightsException notFinite(long element, double value) {
            return new MalformedWeightsException(
                    Double.isFinite(value)
                            ? "number out of range: " + shard.file() + ": element " + element + " of "
                                    + tensor().name() + " is " + value + ", more than "
                                    + tensor().dtype() + " holds; choose a wider --dtype"
                            : "not a finite number: " + shard.file() + ": element " + element + " of "
                                    + tensor().name() + " comes out as " + value
                                    + "; look for NaN, infinities and factors out of range in what it is made of");
        }

        @Override
        public void copy(long element, ByteBuffer bytes) throws IOException {
            int width = tensor().width();
            if (bytes.remaining() % width != 0) {
                throw new IllegalArgumentException(
                        bytes.remaining() + " bytes are no whole number of elements of " + tensor());
            }
            check(element, bytes.remaining() / width);
            write(element, bytes.duplicate());
        }

        private void write(long element, ByteBuffer bytes) throws IOException {
            int length = bytes.remaining();
            file.write(bytes, placed.offset() + element * tensor().width());
            written.addAndGet(length);
        }

        private void check(long element, int count) {
            if (element < 0 || count < 0 || element > tensor().elements() - count) {
                throw new IllegalArgumentException(
                        "elements " + element + " to " + (element + count) + " are outside " + tensor());
            }
        }
    }
}
