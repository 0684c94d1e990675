package org.lowrank.weights.hub;

import java.util.Map;

/** What a fake server does wrong once. */
sealed interface Fault {
    /** Answers with a status instead. */
    record Status(int status, Map<String, String> headers, String body) implements Fault {
        Status(int status) {
            this(status, Map.of(), "");
        }
    }

    /** Announces all bytes, sends the first few, closes the connection. */
    record Cut(int after) implements Fault {}

    /** Sends the first few bytes, then nothing more. */
    record Stall(int after) implements Fault {}

    /** Sends this many bytes less, and announces so. */
    record Shorter(int by) implements Fault {}

    /** Flips one bit of the body. */
    record Corrupt() implements Fault {}

    /** Answers a request for a range with everything. */
    record IgnoreRange() implements Fault {}

    /** Compresses although asked not to. */
    record Gzip() implements Fault {}

    /** Redirects to itself. */
    record Loop() implements Fault {}
}
