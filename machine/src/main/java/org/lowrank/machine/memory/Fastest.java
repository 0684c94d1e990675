package org.lowrank.machine.memory;

/** The choice of a conversion, made once. */
final class Fastest {
    static final Conversion CONVERSION = choose();

    private Fastest() {}

    private static Conversion choose() {
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return vectors && VectorConversion.usable() ? new VectorConversion() : new PlainConversion();
    }
}
