package org.lowrank.machine.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API, a vector of doubles at a time; what does not fill one is done in plain Java. Elements go through an array, as
 * vectors are loaded from a mapped file only slowly on JDK 17.
 */
final class VectorConversion implements Conversion {
    private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = D.length();
    private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> F = VectorSpecies.of(float.class, bits(D.vectorBitSize() / 2));
    private static final VectorSpecies<Short> S = VectorSpecies.of(short.class, bits(D.vectorBitSize() / 4));
    private static final int RUN = 1 << 11;

    private final PlainConversion plain = new PlainConversion();

    private static VectorShape bits(int size) {
        return VectorShape.forBitSize(Math.max(size, 64));
    }

    /** Whether the processor and the run-time have vectors of at least four doubles. */
    static boolean usable() {
        return LANES >= 4;
    }

    @Override
    public boolean widen(ElementType type, ByteBuffer data, int from, int count, double[] out, int at) {
        if (type == ElementType.F64) {
            return plain.widen(type, data, from, count, out, at);
        }
        ByteBuffer source = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(0);
        int whole = count / LANES * LANES;
        boolean finite = type == ElementType.F32
                ? widenFloats(source, from, whole, out, at)
                : widenShorts(type, source, from, whole, out, at);
        return finite & plain.widen(type, data, from + whole, count - whole, out, at + whole);
    }

    private static boolean widenFloats(ByteBuffer source, int from, int count, double[] out, int at) {
        float[] run = new float[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            source.asFloatBuffer().get(from + done, run, 0, n);
            finite &= floats(run, n, out, at + done);
        }
        return finite;
    }

    /** 0·x is NaN for NaN and infinities, else 0. */
    private static boolean floats(float[] run, int n, double[] out, int at) {
        DoubleVector zero = DoubleVector.zero(D);
        for (int i = 0; i < n; i += LANES) {
            DoubleVector x = (DoubleVector) FloatVector.fromArray(F, run, i).convertShape(VectorOperators.F2D, D, 0);
            x.intoArray(out, at + i);
            zero = x.mul(0).add(zero);
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0;
    }

    private boolean widenShorts(ElementType type, ByteBuffer source, int from, int count, double[] out, int at) {
        short[] run = new short[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            source.asShortBuffer().get(from + done, run, 0, n);
            boolean good = type == ElementType.F16
                    ? shorts(run, n, 42, 0x81ff_ffff_ffff_ffffL, 0x1p1008, 0x7c00, out, at + done)
                    : shorts(run, n, 45, 0x8fff_ffff_ffff_ffffL, 0x1p896, 0x7f80, out, at + done);
            if (!good) {
                plain.widen(type, source, from + done, n, out, at + done);
                finite = false;
            }
        }
        return finite;
    }

    /**
     * Fraction and exponent of a double from those of the small format, and a product moves the exponent, which is exact, subnormal
     * numbers too.
     *
     * @param shift of the bits into a double's
     * @param mask without the copies of the sign that moving leaves in the exponent
     * @param factor 2 to the difference of the biases
     * @param infinity bits above every finite number
     * @return whether no element is infinite or NaN, which would come out as an ordinary number
     */
    private static boolean shorts(
            short[] run, int n, int shift, long mask, double factor, int infinity, double[] out, int at) {
        ShortVector largest = ShortVector.zero(S);
        for (int i = 0; i < n; i += LANES) {
            ShortVector bits = ShortVector.fromArray(S, run, i);
            largest = bits.and((short) 0x7fff).max(largest);
            ((LongVector) bits.convertShape(VectorOperators.S2L, L, 0))
                    .lanewise(VectorOperators.LSHL, shift)
                    .and(mask)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoArray(out, at + i);
        }
        return largest.reduceLanes(VectorOperators.MAX) < infinity;
    }

    @Override
    public boolean round(ElementType type, double[] values, int first, int count, ByteBuffer out) {
        if (type == ElementType.F64) {
            return plain.round(type, values, first, count, out);
        }
        ByteBuffer target = out.slice().order(ByteOrder.LITTLE_ENDIAN);
        int whole = count / LANES * LANES;
        boolean finite = switch (type) {
            case F32 -> roundFloats(values, first, whole, target);
            case F16 -> roundShorts(SmallFloat.F16, values, first, whole, target);
            default -> roundShorts(SmallFloat.BF16, values, first, whole, target);
        };
        out.position(out.position() + whole * type.bytes());
        return finite & plain.round(type, values, first + whole, count - whole, out);
    }

    private static boolean roundFloats(double[] values, int first, int count, ByteBuffer target) {
        float[] run = new float[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            finite &= floats(values, first + done, n, run);
            target.asFloatBuffer().put(done, run, 0, n);
        }
        return finite;
    }

    private static boolean floats(double[] values, int first, int n, float[] run) {
        FloatVector zero = FloatVector.zero(F);
        for (int i = 0; i < n; i += LANES) {
            FloatVector x =
                    (FloatVector) DoubleVector.fromArray(D, values, first + i).convertShape(VectorOperators.D2F, F, 0);
            x.intoArray(run, i);
            zero = x.mul(0).add(zero);
        }
        return zero.reduceLanes(VectorOperators.ADD) == 0;
    }

    private static boolean roundShorts(SmallFloat format, double[] values, int first, int count, ByteBuffer target) {
        short[] run = new short[Math.min(RUN, count)];
        boolean finite = true;
        for (int done = 0; done < count; done += run.length) {
            int n = Math.min(run.length, count - done);
            if (!shorts(format, values, first + done, n, run)) {
                finite = false;
                for (int i = 0; i < n; i++) {
                    run[i] = format.round(values[first + done + i]);
                }
            }
            target.asShortBuffer().put(done, run, 0, n);
        }
        return finite;
    }

    /**
     * {@link SmallFloat#round} of every lane. Below the smallest normal number the sum with 2⁵² rounds to a whole number, as rint does,
     * and leaves it in the lowest bits.
     *
     * @return whether all are finite in the format; if not, NaN are not told from infinities
     */
    private static boolean shorts(SmallFloat format, double[] values, int first, int n, short[] run) {
        int dropped = format.dropped();
        long below = (1L << (dropped - 1)) - 1;
        long rebias = format.rebias();
        long infinity = format.infinity();
        double smallest = format.smallestNormal();
        double perUnit = format.perUnit();
        LongVector largest = LongVector.zero(L);
        for (int i = 0; i < n; i += LANES) {
            DoubleVector x = DoubleVector.fromArray(D, values, first + i);
            LongVector bits = x.reinterpretAsLongs();
            LongVector kept = bits.and(Long.MAX_VALUE);
            DoubleVector magnitude = kept.reinterpretAsDoubles();
            LongVector normal = kept.add(below)
                    .add(kept.lanewise(VectorOperators.LSHR, dropped).and(1))
                    .lanewise(VectorOperators.LSHR, dropped)
                    .sub(rebias);
            LongVector subnormal =
                    magnitude.mul(perUnit).add(0x1p52).reinterpretAsLongs().and(0xffff);
            VectorMask<Long> small =
                    magnitude.compare(VectorOperators.LT, smallest).cast(L);
            LongVector rounded = normal.blend(subnormal, small);
            largest = rounded.max(largest);
            ((ShortVector) rounded.min(infinity)
                            .or(bits.lanewise(VectorOperators.LSHR, 48).and(0x8000))
                            .convertShape(VectorOperators.L2S, S, 0))
                    .intoArray(run, i);
        }
        return largest.reduceLanes(VectorOperators.MAX) < infinity;
    }
}
