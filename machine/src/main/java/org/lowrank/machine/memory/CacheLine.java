package org.lowrank.machine.memory;

/**
 * Where data begins in an array so that vector loads and stores do not cross cache lines. The elements of an array start 16
 * bytes after the object, and the launcher has objects begin on cache lines ({@code -XX:ObjectAlignmentInBytes=64}); then
 * element {@link #first} begins one. Where objects lie otherwise, nothing but speed is lost.
 */
public final class CacheLine {
    private static final int BYTES = 64;
    private static final int ARRAY_HEADER = 16;

    private CacheLine() {}

    /** Index of the first element that begins a line, of elements of so many bytes. */
    public static int first(int elementBytes) {
        return (BYTES - ARRAY_HEADER) / elementBytes;
    }

    /** The least number of doubles that fills lines and is not below n. */
    public static int doubles(int n) {
        int line = BYTES / Double.BYTES;
        return (n + line - 1) / line * line;
    }
}
