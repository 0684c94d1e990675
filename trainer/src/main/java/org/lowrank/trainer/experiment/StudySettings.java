package org.lowrank.trainer.experiment;

/** Settings of an experiment around Figure 3: a {@link Protocol} and the axis it varies. */
public sealed interface StudySettings extends ExperimentSettings
        permits MechanismSettings, GridSettings, VariantSettings {
    /** What is not varied. */
    Protocol protocol();

    @Override
    default int draws() {
        return protocol().draws();
    }

    @Override
    default long seed() {
        return protocol().seed();
    }

    @Override
    default Precision precision() {
        return protocol().precision();
    }
}
