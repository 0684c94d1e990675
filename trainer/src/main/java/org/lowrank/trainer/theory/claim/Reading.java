package org.lowrank.trainer.theory.claim;

/** A claim with what was found. */
public record Reading(Claim claim, Verdict verdict) {}
