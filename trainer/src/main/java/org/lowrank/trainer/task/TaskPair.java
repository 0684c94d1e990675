package org.lowrank.trainer.task;

/** Two tasks whose networks are trained apart and then merged. */
public record TaskPair(Task first, Task second) {}
