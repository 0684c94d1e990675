package org.lowrank.machine.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Without the Vector API: run by run through an array, which costs a quarter of asking a buffer for each element. */
final class PlainConversion implements Conversion {
    private static final int RUN = 1 << 11;

    @Override
    public boolean widen(ElementType type, ByteBuffer data, int from, int count, double[] out, int at) {
        ByteBuffer source = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0);
        return switch (type) {
            case F64 -> {
                source.asDoubleBuffer().get(from, out, at, count);
                yield finite(out, at, count);
            }
            case F32 -> widenFloats(source, from, count, out, at);
            case F16, BF16 -> widenShorts(type, source, from, count, out, at);
        };
    }

    private static boolean widenFloats(ByteBuffer source, int from, int count, double[] out, int at) {
        float[] run = new float[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            source.asFloatBuffer().get(from + done, run, 0, n);
            finite &= widen(run, n, out, at + done);
        }
        return finite;
    }

    /** Four sums at once, as one would wait for itself: 0·x is NaN for NaN and infinities, else 0. */
    private static boolean widen(float[] run, int n, double[] out, int at) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        int i = 0;
        for (; i < n - 3; i += 4) {
            float p = run[i];
            float q = run[i + 1];
            float r = run[i + 2];
            float s = run[i + 3];
            out[at + i] = p;
            out[at + i + 1] = q;
            out[at + i + 2] = r;
            out[at + i + 3] = s;
            a += p * 0;
            b += q * 0;
            c += r * 0;
            d += s * 0;
        }
        for (; i < n; i++) {
            out[at + i] = run[i];
            a += run[i] * 0;
        }
        return a + b + c + d == 0;
    }

    private static boolean widenShorts(ElementType type, ByteBuffer source, int from, int count, double[] out, int at) {
        short[] run = new short[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            source.asShortBuffer().get(from + done, run, 0, n);
            finite &= type == ElementType.F16 ? halves(run, n, out, at + done) : brains(run, n, out, at + done);
        }
        return finite;
    }

    /** binary16 by its bits: 13 more fraction bits, and a product moves the exponent, which is exact, subnormal numbers too. */
    private static boolean halves(short[] run, int n, double[] out, int at) {
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            int bits = run[i];
            out[at + i] = Float.intBitsToFloat((bits << 13) & 0x8fffe000) * 0x1p112f;
            finite &= (bits & 0x7c00) != 0x7c00;
        }
        return finite || repaired(run, n, out, at);
    }

    /** Exponent 31 stands for infinity and NaN. */
    private static boolean repaired(short[] run, int n, double[] out, int at) {
        for (int i = 0; i < n; i++) {
            out[at + i] = (run[i] & 0x7c00) == 0x7c00 ? Elements.half(run[i]) : out[at + i];
        }
        return false;
    }

    private static boolean brains(short[] run, int n, double[] out, int at) {
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            out[at + i] = Float.intBitsToFloat(run[i] << 16);
            finite &= (run[i] & 0x7f80) != 0x7f80;
        }
        return finite;
    }

    static boolean finite(double[] values, int at, int count) {
        boolean finite = true;
        for (int i = 0; i < count; i++) {
            finite &= Math.abs(values[at + i]) <= Double.MAX_VALUE;
        }
        return finite;
    }

    @Override
    public boolean round(ElementType type, double[] values, int first, int count, ByteBuffer out) {
        ByteBuffer target = out.slice().order(ByteOrder.LITTLE_ENDIAN);
        boolean finite = switch (type) {
            case F64 -> {
                target.asDoubleBuffer().put(values, first, count);
                yield finite(values, first, count);
            }
            case F32 -> roundFloats(values, first, count, target);
            case F16 -> roundShorts(SmallFloat.F16, values, first, count, target);
            case BF16 -> roundShorts(SmallFloat.BF16, values, first, count, target);
        };
        out.position(out.position() + count * type.bytes());
        return finite;
    }

    private static boolean roundFloats(double[] values, int first, int count, ByteBuffer target) {
        float[] run = new float[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            float zero = 0;
            for (int i = 0; i < n; i++) {
                run[i] = (float) values[first + done + i];
                zero += run[i] * 0;
            }
            finite &= zero == 0;
            target.asFloatBuffer().put(done, run, 0, n);
        }
        return finite;
    }

    private static boolean roundShorts(SmallFloat format, double[] values, int first, int count, ByteBuffer target) {
        short[] run = new short[Math.min(RUN, count)];
        int infinity = format.infinity();
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            for (int i = 0; i < n; i++) {
                run[i] = format.round(values[first + done + i]);
                finite &= (run[i] & infinity) != infinity;
            }
            target.asShortBuffer().put(done, run, 0, n);
        }
        return finite;
    }
}
