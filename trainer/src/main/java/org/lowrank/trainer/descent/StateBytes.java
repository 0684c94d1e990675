package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;

/** Numbers to bytes and back, exactly. */
final class StateBytes {
    private StateBytes() {}

    static void put(ByteBuffer into, float[] values) {
        put(into, values, 0);
    }

    static void get(ByteBuffer from, float[] values) {
        get(from, values, 0);
    }

    /** The values from {@code first} on. */
    static void put(ByteBuffer into, float[] values, int first) {
        int count = values.length - first;
        into.asFloatBuffer().put(values, first, count);
        into.position(into.position() + Float.BYTES * count);
    }

    static void get(ByteBuffer from, float[] values, int first) {
        int count = values.length - first;
        from.asFloatBuffer().get(values, first, count);
        from.position(from.position() + Float.BYTES * count);
    }

    static void put(ByteBuffer into, double[] values) {
        into.asDoubleBuffer().put(values);
        into.position(into.position() + Double.BYTES * values.length);
    }

    static void get(ByteBuffer from, double[] values) {
        from.asDoubleBuffer().get(values);
        from.position(from.position() + Double.BYTES * values.length);
    }
}
