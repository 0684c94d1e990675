package org.lowrank.trainer.descent;

import java.nio.ByteBuffer;

/** Numbers to bytes and back, exactly. */
final class StateBytes {
    private StateBytes() {}

    static void put(ByteBuffer into, float[] values) {
        into.asFloatBuffer().put(values);
        into.position(into.position() + Float.BYTES * values.length);
    }

    static void get(ByteBuffer from, float[] values) {
        from.asFloatBuffer().get(values);
        from.position(from.position() + Float.BYTES * values.length);
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
