package org.lowrank.trainer.experiment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** Everything that decides an experiment's curves: equal settings on one machine and version give equal bytes. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "experiment")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SweepSettings.class, name = "sweep"),
    @JsonSubTypes.Type(value = MergingSettings.class, name = "merging"),
    @JsonSubTypes.Type(value = MechanismSettings.class, name = "mechanism"),
    @JsonSubTypes.Type(value = GridSettings.class, name = "grid"),
    @JsonSubTypes.Type(value = FinetuningSettings.class, name = "finetuning"),
    @JsonSubTypes.Type(value = VariantSettings.class, name = "training")
})
public sealed interface ExperimentSettings permits SweepSettings, MergingSettings, StudySettings, FinetuningSettings {
    /** The preset these settings started from. */
    Preset preset();

    /** Number of draws. */
    int draws();

    /** The seed all draws follow from. */
    long seed();

    /** How the descent computes. */
    Precision precision();
}
