package org.lowrank.trainer.experiment;

/** Where the settings come from. */
public enum Preset {
    /** The paper's protocol. */
    PAPER,
    /** About a minute on two cores. */
    QUICK
}
