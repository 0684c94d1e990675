package org.lowrank.weights.bytes;

/** What is wrong with weights that cannot be used, for programs that act on it without reading the message. */
public enum Flaw {
    /** Bytes, files or shards are not there that others prove to exist: fetching them again helps. */
    INCOMPLETE,
    /** The content contradicts its format, its configuration or itself. */
    MALFORMED,
    /** A format, quantisation scheme or architecture that lowrank does not know to the last bit. */
    UNKNOWN,
    /** Understood, and not followed: it asks for code, for a path outside its folder, or for more than any model needs. */
    REFUSED
}
