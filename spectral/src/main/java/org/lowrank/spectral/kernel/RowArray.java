package org.lowrank.spectral.kernel;

import org.lowrank.machine.memory.ElementType;

/** Rows of a matrix one after another in an array, in the precision they are kept in. */
public sealed interface RowArray {
    /** What kernels multiply. */
    sealed interface Wide extends RowArray {}

    /** binary64. */
    record Doubles(double[] values) implements Wide {}

    /** binary32. */
    record Floats(float[] values) implements Wide {}

    /** binary16 or bfloat16, by their bits. */
    record Halves(short[] bits) implements RowArray {}

    /** New ones for elements of this type. */
    static RowArray of(ElementType type, int length) {
        return switch (type) {
            case F64 -> new Doubles(new double[length]);
            case F32 -> new Floats(new float[length]);
            case F16, BF16 -> new Halves(new short[length]);
        };
    }

    /** Whether elements of this type are kept in such an array. */
    default boolean holds(ElementType type) {
        return switch (type) {
            case F64 -> this instanceof Doubles;
            case F32 -> this instanceof Floats;
            case F16, BF16 -> this instanceof Halves;
        };
    }

    /** Elements of the array. */
    default int length() {
        if (this instanceof Doubles doubles) {
            return doubles.values().length;
        }
        return this instanceof Floats floats ? floats.values().length : ((Halves) this).bits().length;
    }
}
