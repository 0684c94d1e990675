package org.lowrank.spectral;

/** Where products with the weights run. */
public enum ComputeDevice {
    /** A GPU where this machine has one that DJL's PyTorch can use, else the processor. */
    AUTO,
    /** The processor. */
    CPU,
    /** A GPU; without one the engine cannot be made. */
    GPU
}
