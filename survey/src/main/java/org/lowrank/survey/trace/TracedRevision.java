package org.lowrank.survey.trace;

import org.lowrank.weights.reference.ModelReference;

/**
 * One checkpoint of a run, before it is read.
 *
 * @param name the branch, tag or folder
 * @param step of the training
 * @param commit the Hub lists for it; empty for a folder
 * @param reference that leads to it
 */
public record TracedRevision(String name, long step, String commit, ModelReference reference) {}
