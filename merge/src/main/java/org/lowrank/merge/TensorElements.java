package org.lowrank.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.lowrank.machine.memory.Conversion;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.merge.method.Elements;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The elements of an opened tensor in row-major order; NaN and infinities are named. For one thread. */
final class TensorElements implements Elements, AutoCloseable {
    private static final Conversion CONVERSION = Conversion.fastest();

    private final Tensor tensor;
    private final String model;
    private final long count;
    private final Stored stored;

    private TensorElements(Tensor tensor, String model, long count, Stored stored) {
        this.tensor = tensor;
        this.model = model;
        this.count = count;
        this.stored = stored;
    }

    /** Opens a tensor with at least one element. */
    static TensorElements open(Tensor tensor, String model) throws IOException {
        long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        Optional<TensorPieces> pieces = TensorPieces.of(tensor, count);
        return new TensorElements(
                tensor, model, count, pieces.isPresent() ? pieces.get() : TensorBlocks.open(tensor, count));
    }

    /** Elements as they lie in memory, one run of them after the other. */
    interface Stored extends AutoCloseable {
        /** Whether all are of this type. */
        boolean are(ElementType type);

        /** A run with this element in it, until the next call. */
        Run with(long element) throws IOException;

        @Override
        void close();
    }

    /**
     * Elements that follow one another in memory.
     *
     * @param data the first at position 0
     * @param first index of the first
     * @param end index after the last
     */
    record Run(ByteBuffer data, ElementType type, long first, long end) {
        boolean holds(long element) {
            return element >= first && element < end;
        }
    }

    @Override
    public long count() {
        return count;
    }

    /** Whether all of them lie as single-precision numbers in the file, so that {@link #floats} gives them. */
    boolean areFloats() {
        return stored.are(ElementType.F32);
    }

    /** The same as {@link #read} in single precision, as they are stored; NaN and infinities are not looked for. */
    void floats(long first, int wanted, float[] out) throws IOException {
        parts(
                first,
                wanted,
                (run, from, length, at) -> run.data().asFloatBuffer().get(from, out, at, length));
    }

    @Override
    public void read(long first, int wanted, double[] out) throws IOException {
        parts(first, wanted, (run, from, length, at) -> {
            if (!CONVERSION.widen(run.type(), run.data(), from, length, out, at)) {
                throw notFinite(first + at, out, at, length);
            }
        });
    }

    /** What of a run goes where. */
    @FunctionalInterface
    private interface Part {
        void copy(Run run, int from, int length, int at) throws IOException;
    }

    private void parts(long first, int wanted, Part part) throws IOException {
        if (first < 0 || first > count - wanted) {
            throw new IllegalArgumentException(
                    "elements " + first + " to " + (first + wanted) + " are outside " + tensor.name());
        }
        for (int done = 0; done < wanted; ) {
            Run run = stored.with(first + done);
            int length = (int) Math.min(wanted - done, run.end() - first - done);
            part.copy(run, (int) (first + done - run.first()), length, done);
            done += length;
        }
    }

    private MalformedWeightsException notFinite(long first, double[] values, int at, int length) {
        int i = 0;
        while (i < length - 1 && Double.isFinite(values[at + i])) {
            i++;
        }
        return new MalformedWeightsException("not a finite number: " + model + ": element " + (first + i) + " of "
                + tensor.name() + " in " + tensor.file() + " is " + values[at + i]
                + "; merge a checkpoint without NaN and infinities");
    }

    @Override
    public void close() {
        stored.close();
    }
}
