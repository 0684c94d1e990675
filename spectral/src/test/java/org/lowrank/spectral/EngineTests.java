package org.lowrank.spectral;

import org.junit.jupiter.api.Nested;

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
}
