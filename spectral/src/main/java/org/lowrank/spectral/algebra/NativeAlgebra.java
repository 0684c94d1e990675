package org.lowrank.spectral.algebra;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/**
 * PyTorch's double products and LAPACK through DJL: matrix products from DJL itself, decompositions from a small TorchScript
 * program (source: benchmarks/linear_algebra.py). The native engine starts with the first use, not before, and runs each
 * call on one thread, so that results do not depend on how many matrices are measured side by side.
 */
public final class NativeAlgebra {
    private static final int SINGULAR_VALUES = 0;
    private static final int CHOLESKY = 1;
    private static final int EIGENVALUES = 2;

    private final Engine engine;
    private final Model program;

    private NativeAlgebra(Engine engine, Model program) {
        this.engine = engine;
        this.program = program;
    }

    private static final class Holder {
        static final Optional<NativeAlgebra> INSTANCE = start();
    }

    /** Empty where no native PyTorch runs on this platform. */
    public static Optional<NativeAlgebra> get() {
        return Holder.INSTANCE;
    }

    private static Optional<NativeAlgebra> start() {
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.pytorch.num_threads", "1");
        setDefault("ai.djl.pytorch.num_interop_threads", "1");
        // DJL looks for its engines in the thread's loader, which in an executor's worker knows nothing of this
        // program.
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        thread.setContextClassLoader(NativeAlgebra.class.getClassLoader());
        try (InputStream archive = Objects.requireNonNull(
                NativeAlgebra.class.getResourceAsStream("linear-algebra.pt"), "linear-algebra.pt is not packaged")) {
            Engine engine = Engine.getEngine("PyTorch");
            Model program = Model.newInstance("linear-algebra", Device.cpu(), "PyTorch");
            program.load(archive);
            return Optional.of(new NativeAlgebra(engine, program));
        } catch (IOException | MalformedModelException e) {
            throw new IllegalStateException("the packaged TorchScript program cannot be read", e);
        } catch (RuntimeException | LinkageError e) {
            // No native library for this platform: EJML does the same, slower; the method column says which it was.
            return Optional.empty();
        } finally {
            thread.setContextClassLoader(loader);
        }
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** For the report: engine, version. */
    public String description() {
        return "DJL " + engine.getEngineName() + " " + engine.getVersion();
    }

    public int gpus() {
        return engine.getGpuCount();
    }

    /** OpenMP's thread count belongs to the calling thread: the property alone sets it for the thread that starts the engine. */
    private static void singleThreaded() {
        if (JniUtils.getNumThreads() != 1) {
            JniUtils.setNumThreads(1);
        }
    }

    /** Arrays that live until the manager is closed. */
    public NDManager manager(Device device) {
        singleThreaded();
        return engine.newBaseManager(device);
    }

    /** Elements on their way into an array: in a direct buffer on a cache line, so that native kernels always take the same path. */
    public static final class Entries {
        private final boolean single;
        private final ByteBuffer bytes;

        /** So many elements, in single precision or in double. */
        public Entries(long count, boolean single) {
            this.single = single;
            int size = Math.toIntExact(Math.multiplyExact(count, single ? Float.BYTES : Double.BYTES));
            ByteBuffer slice =
                    ByteBuffer.allocateDirect(Math.addExact(size, 128)).alignedSlice(64);
            slice.limit(size);
            bytes = slice.slice().order(ByteOrder.nativeOrder());
        }

        /** The next {@code count} of them, times a power of two. */
        public void put(double[] values, int count, double scale) {
            if (single) {
                for (int j = 0; j < count; j++) {
                    bytes.putFloat((float) (values[j] * scale));
                }
            } else {
                for (int j = 0; j < count; j++) {
                    bytes.putDouble(values[j] * scale);
                }
            }
        }

        public NDArray array(NDManager manager, long rows, long cols) {
            bytes.clear();
            return single
                    ? manager.create(bytes.asFloatBuffer(), new Shape(rows, cols), DataType.FLOAT32)
                    : manager.create(bytes.asDoubleBuffer(), new Shape(rows, cols), DataType.FLOAT64);
        }
    }

    /** All singular values of a matrix in double, largest first (LAPACK's gesdd). */
    public double[] singularValues(NDArray matrix) {
        try (NDList values = run(matrix, SINGULAR_VALUES)) {
            return values.get(0).toDoubleArray();
        }
    }

    /** Whether the Cholesky factorisation of a symmetric matrix ran through: every pivot positive. */
    public boolean choleskySucceeds(NDArray matrix) {
        try (NDList info = run(matrix, CHOLESKY)) {
            return info.get(0).toDoubleArray()[0] == 0;
        }
    }

    /** Eigenvalues of a symmetric matrix given by its lower triangle, smallest first. */
    NDList eigenvalues(NDArray matrix) {
        return run(matrix, EIGENVALUES);
    }

    private NDList run(NDArray matrix, int operation) {
        singleThreaded();
        NDManager manager = matrix.getManager();
        try (NDArray which = manager.create(operation)) {
            return program.getBlock().forward(new ParameterStore(manager, false), new NDList(matrix, which), false);
        }
    }
}
