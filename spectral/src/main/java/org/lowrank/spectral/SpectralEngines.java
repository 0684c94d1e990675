package org.lowrank.spectral;

/** Chooses the engine. */
public final class SpectralEngines {
    private SpectralEngines() {}

    /** The Vector API where the run-time has it and the processor's vectors hold at least four doubles, else plain Java. */
    public static SpectralEngine create() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return new FusedEngine(vectors && VectorKernel.usable() ? new VectorKernel() : new PlainKernel());
    }
}
