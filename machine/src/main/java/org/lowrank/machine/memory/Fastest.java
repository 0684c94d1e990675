package org.lowrank.machine.memory;

/** The choice of how numbers are converted and summed, made once. */
final class Fastest {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorConversion.usable();
    static final Conversion CONVERSION = VECTORS ? new VectorConversion() : new PlainConversion();
    static final WeightedFloats SUM = VECTORS ? new VectorWeightedFloats() : new PlainWeightedFloats();

    private Fastest() {}
}
