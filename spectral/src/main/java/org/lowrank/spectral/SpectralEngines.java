package org.lowrank.spectral;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Properties;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.kernel.RowKernel;

/**
 * Chooses the engine: the way in for a program that has matrices and wants their norms.
 *
 * <pre>{@code
 * ByteBuffer diagonal = ByteBuffer.allocateDirect(4 * 8).order(ByteOrder.LITTLE_ENDIAN);
 * diagonal.putDouble(0, 3).putDouble(24, 4);              // [3 0; 0 4]
 * StoredMatrix matrix = StoredMatrix.of(new StridedBlock(diagonal, ElementType.F64, 2, 2, 2));
 * try (SpectralEngine engine = SpectralEngines.create()) {
 *     SpectralMeasurement measured = engine.measure(matrix, SpectralOptions.defaults());
 *     System.out.println(measured.frobeniusNorm() / measured.spectralNorm());   // 1.25
 * }
 * }</pre>
 */
public final class SpectralEngines {
    private SpectralEngines() {}

    /** The Vector API where the run-time has it and the processor's vectors hold at least four doubles, else plain Java. */
    public static SpectralEngine create() {
        return new FusedEngine(RowKernel.fastest());
    }

    /**
     * The engine for a device.
     *
     * @throws IllegalStateException if a GPU is asked for and DJL's PyTorch finds none
     */
    public static SpectralEngine create(ComputeDevice device) {
        if (device == ComputeDevice.GPU || (device == ComputeDevice.AUTO && driverPresent())) {
            Optional<NativeAlgebra> algebra = NativeAlgebra.get();
            if (algebra.isPresent() && algebra.get().gpus() > 0) {
                return new FusedEngine(new DeviceProducts(algebra.get(), Device.gpu()), RowKernel.fastest());
            }
            if (device == ComputeDevice.GPU) {
                throw new IllegalStateException(
                        "no GPU: PyTorch finds none on this machine; leave --device out, or add "
                                + "DJL's pytorch-native build for CUDA and its driver");
            }
        }
        return create();
    }

    /** What decompositions run on, named by itself: starts PyTorch, which takes seconds. Empty where none runs here. */
    public static Optional<String> nativeDescription() {
        return NativeAlgebra.get().map(NativeAlgebra::description);
    }

    /** DJL's version and that of the PyTorch it drives, as its jar says, without starting it. */
    public static String nativeVersions() {
        Properties versions = new Properties();
        try (InputStream file = Engine.class.getResourceAsStream("/pytorch-engine.properties")) {
            if (file != null) {
                versions.load(file);
            }
        } catch (IOException unreadable) {
            versions.clear();
        }
        return versions.getProperty("djl_version", "?") + ", PyTorch " + versions.getProperty("pytorch_version", "?");
    }

    /** Asking PyTorch itself starts the native engine, which costs most of a second: only where a driver is loaded. */
    private static boolean driverPresent() {
        return new java.io.File("/dev/nvidia0").exists() || new java.io.File("/proc/driver/nvidia").exists();
    }
}
