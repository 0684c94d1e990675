package org.lowrank.spectral;

/** Chooses the engine. */
public final class SpectralEngines {
    private SpectralEngines() {}

    /** The Vector API where the run-time has it and the processor's vectors hold at least four doubles, else plain Java. */
    public static SpectralEngine create() {
        return new FusedEngine(kernel());
    }

    /** The fastest kernel that runs here. */
    static RowKernel kernel() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return vectors && VectorKernel.usable() ? new VectorKernel() : new PlainKernel();
    }
}
