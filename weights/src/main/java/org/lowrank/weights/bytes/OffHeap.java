package org.lowrank.weights.bytes;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Memory outside the heap that is given back when closed, not when the garbage collector finds out: a model's tensors
 * would otherwise add up to the size of the model. The bytes must not be touched after {@link #close()}.
 */
public final class OffHeap implements ByteSource.Region {
    private static final MethodHandle INVOKE_CLEANER = invokeCleaner();

    private final ByteBuffer owner;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OffHeap(ByteBuffer owner) {
        this.owner = owner;
    }

    /** New memory, zeroed. */
    public static OffHeap allocate(int bytes) {
        return new OffHeap(ByteBuffer.allocateDirect(bytes));
    }

    /** Takes over a buffer as {@code ByteBuffer.allocateDirect} or {@code FileChannel.map} made it. */
    static OffHeap owning(ByteBuffer buffer) {
        return new OffHeap(buffer);
    }

    @Override
    public ByteBuffer bytes() {
        return owner.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release(owner);
        }
    }

    private static void release(ByteBuffer buffer) {
        try {
            INVOKE_CLEANER.invoke(buffer);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("memory cannot be released", e);
        }
    }

    /** {@code sun.misc.Unsafe::invokeCleaner}, the only way before JDK 22 to unmap at a chosen moment. */
    private static MethodHandle invokeCleaner() {
        try {
            Class<?> unsafe = Class.forName("sun.misc.Unsafe");
            var field = unsafe.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return MethodHandles.lookup()
                    .findVirtual(unsafe, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
                    .bindTo(field.get(null));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
