package org.lowrank.trainer.experiment;

/** Arithmetic of the descent; metrics are always taken in double. */
public enum Precision {
    /** Float, with all exact savings. */
    FLOAT32,
    /** Double by the plain reference: much slower. */
    FLOAT64
}
