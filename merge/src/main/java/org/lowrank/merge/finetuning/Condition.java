package org.lowrank.merge.finetuning;

import org.lowrank.trainer.experiment.FinetuningSettings;

/** Which second network the first one is merged with. */
enum Condition {
    DISJOINT(FinetuningSettings.DISJOINT, 1),
    SHARED(FinetuningSettings.SHARED, 2);

    private final String key;
    private final int second;

    Condition(String key, int second) {
        this.key = key;
        this.second = second;
    }

    /** Which of a piece's networks. */
    int second() {
        return second;
    }

    /** As curves are called. */
    String of(FinetuningSettings.Optimizer optimizer) {
        return optimizer.condition(key);
    }
}
