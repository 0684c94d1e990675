package org.lowrank.spectral;

import org.junit.jupiter.api.Nested;
import org.lowrank.spectral.algebra.NativeAlgebra;
import org.lowrank.spectral.kernel.PlainKernel;
import org.lowrank.spectral.kernel.VectorKernel;

/** The contract on each kernel. */
class EngineTests {
    @Nested
    class PlainJava extends SpectralEngineContract {
        @Override
        SpectralEngine engine() {
            return new FusedEngine(new PlainKernel());
        }
    }

    @Nested
    class VectorApi extends SpectralEngineContract {
        @Override
        SpectralEngine engine() {
            return new FusedEngine(new VectorKernel());
        }
    }

    /** What runs on a GPU where there is one, here on DJL's processor. */
    @Nested
    class DjlDevice extends SpectralEngineContract {
        @Override
        SpectralEngine engine() {
            return new FusedEngine(
                    new DeviceProducts(NativeAlgebra.get().orElseThrow(), ai.djl.Device.cpu()), new PlainKernel());
        }
    }
}
