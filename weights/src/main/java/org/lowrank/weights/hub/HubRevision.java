package org.lowrank.weights.hub;

/**
 * A branch or tag of a repository.
 *
 * @param name as the Hub lists it
 * @param commit it names, 40 hex
 */
public record HubRevision(String name, String commit) {}
