package org.lowrank.weights.tensor;

/** Stored data types, across formats. Quantised block types carry the name of their scheme. */
public enum DType {
    F64,
    F32,
    F16,
    BF16,
    F8_E4M3,
    F8_E5M2,
    F8_E4M3FNUZ,
    F8_E5M2FNUZ,
    F8_E8M0,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    BOOL,
    C64,
    F4,
    F6_E2M3,
    F6_E3M2,
    I1,
    I2,
    I3,
    I4,
    I5,
    I6,
    NF4,
    FP4,
    MXFP4,
    NVFP4,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q8_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    Q8_K,
    IQ1_S,
    IQ1_M,
    IQ2_XXS,
    IQ2_XS,
    IQ2_S,
    IQ3_XXS,
    IQ3_S,
    IQ4_NL,
    IQ4_XS,
    TQ1_0,
    TQ2_0,
    Q1_0,
    OTHER;

    /** Bits of one element; 0 for block-quantised types and those that are not numbers. */
    public int bits() {
        return switch (this) {
            case F64, I64, U64, C64 -> 64;
            case F32, I32, U32 -> 32;
            case F16, BF16, I16, U16 -> 16;
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, I8, U8, BOOL -> 8;
            case F6_E2M3, F6_E3M2 -> 6;
            case F4 -> 4;
            default -> 0;
        };
    }
}
