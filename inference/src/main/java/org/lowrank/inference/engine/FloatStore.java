package org.lowrank.inference.engine;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;
import org.lowrank.machine.memory.ElementType;
import org.lowrank.machine.memory.StridedBlock;

/**
 * A float32 matrix in the native engine's memory that Java reads and writes in place. Given back when closed, not when the
 * garbage collector finds out.
 */
final class FloatStore implements AutoCloseable {
    private final NDManager manager;
    private final NDArray array;
    private final ByteBuffer bytes;
    private @Nullable NDArray onDevice;
    final int rows;
    final int cols;

    private FloatStore(NDManager manager, int rows, int cols) {
        this.manager = manager;
        this.rows = rows;
        this.cols = cols;
        array = manager.create(new Shape(rows, cols), DataType.FLOAT32);
        bytes = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
    }

    /** Unset numbers, at most 2³¹ − 1 bytes of them. */
    static FloatStore allocate(NDManager parent, long rows, long cols) {
        Math.toIntExact(Math.multiplyExact(Math.multiplyExact(rows, cols), Float.BYTES));
        return new FloatStore(parent.newSubManager(Device.cpu()), (int) rows, (int) cols);
    }

    /** All numbers, row by row. */
    FloatBuffer floats() {
        return bytes.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** Rows [first, first + count). */
    FloatBuffer rows(int first, int count) {
        return floats().slice(first * cols, count * cols);
    }

    /** The matrix on a device: itself on the processor, a copy made once elsewhere. */
    NDArray on(Device device) {
        if (device.equals(Device.cpu())) {
            return array;
        }
        NDArray copy = onDevice;
        if (copy == null) {
            copy = array.toDevice(device, true);
            onDevice = copy;
        }
        return copy;
    }

    /** A copy of what the matrix holds now. */
    NDArray copyOn(Device device, NDManager scope) {
        NDArray copy = device.equals(Device.cpu()) ? array.duplicate() : array.toDevice(device, true);
        copy.attach(scope);
        return copy;
    }

    /** A vector rather than a matrix of one row. */
    NDArray vectorOn(Device device, NDManager scope) {
        NDArray vector = on(device).reshape(cols);
        vector.attach(scope);
        return vector;
    }

    /** Takes over the numbers of an array, from a row on. */
    void put(NDArray values, int firstRow) {
        long count = values.size() / cols;
        FloatBuffer from =
                values.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        rows(firstRow, Math.toIntExact(count)).put(from);
    }

    /** The rows where they lie, for measuring; valid until closed. */
    StridedBlock block() {
        return new StridedBlock(bytes, ElementType.F32, rows, cols, cols);
    }

    @Override
    public void close() {
        manager.close();
    }
}
