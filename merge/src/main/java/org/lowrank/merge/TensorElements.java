package org.lowrank.merge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.lowrank.machine.memory.StridedBlock;
import org.lowrank.merge.method.Elements;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.tensor.Tensor;

/** The elements of an opened tensor in row-major order; NaN and infinities are named. For one thread. */
final class TensorElements implements Elements, AutoCloseable {
    private static final int RUN = 1 << 12;

    private final Tensor tensor;
    private final String model;
    private final long count;
    private final Tensor.Values values;
    private final List<StridedBlock> blocks;
    private final float[] floats = new float[RUN];
    private final short[] shorts = new short[RUN];

    private TensorElements(Tensor tensor, String model, long count, Tensor.Values values, List<StridedBlock> blocks) {
        this.tensor = tensor;
        this.model = model;
        this.count = count;
        this.values = values;
        this.blocks = blocks;
    }

    /** Opens a tensor with at least one element. */
    static TensorElements open(Tensor tensor, String model) throws IOException {
        long count = tensor.shape().stream().reduce(1L, Math::multiplyExact);
        List<Long> shape = tensor.shape();
        long cols = shape.isEmpty() ? 1 : shape.get(shape.size() - 1);
        Tensor.Values values = tensor.open();
        try {
            List<StridedBlock> blocks =
                    count == 0 ? List.of() : values.matrix(Tensor.View.contiguous(count / cols, cols));
            return new TensorElements(tensor, model, count, values, blocks);
        } catch (IOException | RuntimeException | Error e) {
            values.close();
            throw e;
        }
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public void read(long first, int wanted, double[] out) throws IOException {
        long start = 0;
        int done = 0;
        for (StridedBlock block : blocks) {
            long size = (long) block.rows() * block.cols();
            while (done < wanted && first + done < start + size) {
                int part = (int) Math.min(Math.min(RUN, wanted - done), start + size - first - done);
                if (!copy(block, (int) (first + done - start), part, out, done)) {
                    throw notFinite(first + done, out, done, part);
                }
                done += part;
            }
            start += size;
        }
        if (done < wanted) {
            throw new IllegalArgumentException(
                    "elements " + first + " to " + (first + wanted) + " are outside " + tensor.name());
        }
    }

    /** Copies a run of a block without gaps; false where one is no finite number. */
    private boolean copy(StridedBlock block, int from, int length, double[] out, int at) {
        ByteBuffer data = block.data();
        return switch (block.type()) {
            case F64 -> {
                data.asDoubleBuffer().get(from, out, at, length);
                yield finite(out, at, length);
            }
            case F32 -> {
                data.asFloatBuffer().get(from, floats, 0, length);
                yield widen(length, out, at);
            }
            case F16 -> {
                data.asShortBuffer().get(from, shorts, 0, length);
                yield widenHalf(length, out, at);
            }
            case BF16 -> {
                data.asShortBuffer().get(from, shorts, 0, length);
                for (int i = 0; i < length; i++) {
                    floats[i] = Float.intBitsToFloat(shorts[i] << 16);
                }
                yield widen(length, out, at);
            }
        };
    }

    /** Four sums at once, as one would wait for itself: 0·x is NaN for NaN and infinities, else 0. */
    private boolean widen(int length, double[] out, int at) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i < length - 3; i += 4) {
            float p = floats[i];
            float q = floats[i + 1];
            float r = floats[i + 2];
            float s = floats[i + 3];
            out[at + i] = p;
            out[at + i + 1] = q;
            out[at + i + 2] = r;
            out[at + i + 3] = s;
            a += p * 0;
            b += q * 0;
            c += r * 0;
            d += s * 0;
        }
        for (; i < length; i++) {
            out[at + i] = floats[i];
            a += floats[i] * 0;
        }
        return a + b + c + d == 0;
    }

    /** binary16 by its bits: the exponent is moved by a product, which is exact, subnormal numbers too. */
    private boolean widenHalf(int length, double[] out, int at) {
        boolean finite = true;
        for (int i = 0; i < length; i++) {
            int bits = shorts[i];
            out[at + i] = Float.intBitsToFloat((bits << 13) & 0x8fffe000) * 0x1p112f;
            finite &= (bits & 0x7c00) != 0x7c00;
        }
        if (!finite) {
            for (int i = 0; i < length; i++) {
                out[at + i] = (shorts[i] & 0x7c00) == 0x7c00
                        ? (shorts[i] & 0x3ff) == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                        : out[at + i];
            }
        }
        return finite;
    }

    private static boolean finite(double[] values, int at, int length) {
        boolean finite = true;
        for (int i = 0; i < length; i++) {
            finite &= Math.abs(values[at + i]) <= Double.MAX_VALUE;
        }
        return finite;
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
        values.close();
    }
}
