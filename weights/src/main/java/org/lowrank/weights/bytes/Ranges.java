package org.lowrank.weights.bytes;

/** Checks of byte ranges, with one message for a file that ends too early. */
public final class Ranges {
    private Ranges() {}

    /** Fails if [offset, offset + length) is not inside the source. */
    public static void check(ByteSource source, long offset, long length) throws MalformedWeightsException {
        if (offset < 0 || length < 0 || offset > source.size() - length) {
            throw new MalformedWeightsException(
                    Flaw.INCOMPLETE,
                    "truncated file: " + source.name() + ": bytes " + offset + " to "
                            + (offset + length) + " are needed but the file has " + source.size()
                            + "; copy or download it again");
        }
    }
}
