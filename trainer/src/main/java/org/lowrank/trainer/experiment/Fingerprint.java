package org.lowrank.trainer.experiment;

import jdk.incubator.vector.FloatVector;

/** What decides an experiment's bytes, as text: settings, their meaning (version) and this machine's vector length. */
public final class Fingerprint {
    /** Raised whenever the same settings give other curves. */
    private static final int VERSION = 2;

    private Fingerprint() {}

    /** Of these settings. */
    public static String of(ExperimentSettings settings) {
        return VERSION + " " + FloatVector.SPECIES_PREFERRED.length() + " " + settings;
    }
}
