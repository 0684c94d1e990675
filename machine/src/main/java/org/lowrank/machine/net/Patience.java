package org.lowrank.machine.net;

/** How often to try. */
public enum Patience {
    /** Once: there is something to fall back on. */
    ONCE,
    /** Not where there is no connection at all: most likely there is no network. */
    IF_CONNECTED,
    /** The server answered before. */
    FULL
}
