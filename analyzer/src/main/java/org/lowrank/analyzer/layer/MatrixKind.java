package org.lowrank.analyzer.layer;

/** Which matrix of a layer, in the order of tables and files. */
public enum MatrixKind {
    /** Queries. */
    Q,
    /** Keys. */
    K,
    /** Values. */
    V,
    /** The vertical stack [Q; K; V]. */
    QKV,
    /** The attention's output. */
    O,
    /** The query-key form W_Qᵀ W_K of one head. */
    QK,
    /** The output-value form W_O W_V of one head. */
    OV,
    /** The feed-forward part's first matrix. */
    M1,
    /** The feed-forward part's second matrix. */
    M2,
    /** The gate beside M1. */
    GATE,
    /** A tensor without a role, known by the path of its module. */
    TENSOR
}
