package org.lowrank.machine.memory;

/** How one element of a stored matrix is encoded, always little-endian. */
public enum ElementType {
    /** IEEE 754 binary64. */
    F64(8),
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary16, widened exactly. */
    F16(2),
    /** The upper 16 bits of a binary32, widened exactly. */
    BF16(2);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
