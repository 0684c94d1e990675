package org.lowrank.weights.format;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.snappy.SnappyDecompressor;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.MalformedWeightsException;

/** Snappy blocks of a LevelDB table. */
final class Snappy {
    private static final int LARGEST = 64 << 20;

    private Snappy() {}

    static byte[] decompress(ByteSource source, byte[] compressed) throws MalformedWeightsException {
        try {
            int length = SnappyDecompressor.getUncompressedLength(compressed, 0);
            if (length < 0 || length > LARGEST) {
                throw new MalformedWeightsException("bad TensorFlow checkpoint: " + source.name() + ": a block of "
                        + length + " bytes; save it again");
            }
            byte[] content = new byte[length];
            new SnappyDecompressor().decompress(compressed, 0, compressed.length, content, 0, length);
            return content;
        } catch (MalformedInputException e) {
            throw new MalformedWeightsException(
                    "bad TensorFlow checkpoint: " + source.name() + ": a compressed block is damaged; save it again",
                    e);
        }
    }
}
