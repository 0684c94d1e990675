package org.lowrank.spectral.kernel;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.lowrank.machine.memory.ElementType;

/** The Vector API, with vectors of doubles as long as the processor's. */
public final class VectorKernel implements RowKernel {
    static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = D.length();
    static final VectorSpecies<Float> F = VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
    static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, VectorShape.forBitSize(I.vectorBitSize() / 2));

    /** Whether the processor and the run-time have vectors of at least four doubles. */
    static boolean usable() {
        return D.length() >= 4;
    }

    @Override
    public void dot(RowBlock rows, Columns x, double[] y) {
        if (rows.array() instanceof RowArray.Floats) {
            FloatRows.dot(rows, x, y);
        } else {
            DoubleRows.dot(rows, x, y);
        }
    }

    @Override
    public void axpy(RowBlock rows, double[] y, Columns z) {
        if (rows.array() instanceof RowArray.Floats) {
            FloatRows.axpy(rows, y, z);
        } else {
            DoubleRows.axpy(rows, y, z);
        }
    }

    @Override
    public double squares(RowArray.Wide array, int at, int n) {
        return array instanceof RowArray.Floats floats
                ? FloatRows.squares(floats.values(), at, n)
                : DoubleRows.squares(((RowArray.Doubles) array).values(), at, n);
    }

    /** By how many bits the bits of a 16-bit number move up in the float they become; then {@link #mask} applies. */
    static int shift(ElementType type) {
        return type == ElementType.F16 ? 13 : 16;
    }

    /** Without the copies of the sign that moving leaves in a binary16's exponent. */
    static int mask(ElementType type) {
        return type == ElementType.F16 ? 0x8fffe000 : -1;
    }

    @Override
    public void widen(ElementType type, short[] bits, int from, float[] to, int at, int count) {
        widenTo(type, bits, from, to, at, count);
    }

    static void widenTo(ElementType type, short[] bits, int from, float[] to, int at, int count) {
        int shift = shift(type);
        int mask = mask(type);
        int j = 0;
        for (; j <= count - I.length(); j += I.length()) {
            IntVector wide =
                    (IntVector) ShortVector.fromArray(S, bits, from + j).convertShape(VectorOperators.S2I, I, 0);
            wide.lanewise(VectorOperators.LSHL, shift)
                    .and(mask)
                    .reinterpretAsFloats()
                    .intoArray(to, at + j);
        }
        for (; j < count; j++) {
            to[at + j] = Float.intBitsToFloat((bits[from + j] << shift) & mask);
        }
    }

    @Override
    public void widenAndDot(ElementType type, short[] bits, int from, RowBlock rows, Columns x, double[] y) {
        if (x.count() == Columns.BLOCK && D.length() * 2 == I.length()) {
            HalfRows.widenAndDot(type, bits, from, rows, x, y);
        } else {
            RowKernel.super.widenAndDot(type, bits, from, rows, x, y);
        }
    }

    @Override
    public boolean streams() {
        return LANES >= 8; // processors with such vectors have 32 of them
    }

    @Override
    public void addGram(RowBlock rows, double scale, Columns x, Columns z) {
        if (rows.array() instanceof RowArray.Floats) {
            StreamedRows.addGram(rows, scale, x, z);
        } else {
            RowKernel.super.addGram(rows, scale, x, z);
        }
    }

    @Override
    public boolean finite(short[] halves, int from, int count) {
        VectorSpecies<Short> species = ShortVector.SPECIES_PREFERRED;
        ShortVector largest = ShortVector.zero(species);
        int j = 0;
        for (; j <= count - species.length(); j += species.length()) {
            largest = ShortVector.fromArray(species, halves, from + j)
                    .and((short) 0x7fff)
                    .max(largest);
        }
        int magnitude = largest.reduceLanes(VectorOperators.MAX);
        for (; j < count; j++) {
            magnitude = Math.max(magnitude, halves[from + j] & 0x7fff);
        }
        return magnitude < 0x7c00;
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public String description() {
        return "Vector API, double, " + LANES + " lanes";
    }
}
