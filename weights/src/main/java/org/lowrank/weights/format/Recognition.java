package org.lowrank.weights.format;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.lowrank.weights.bytes.ByteSource;
import org.lowrank.weights.bytes.Flaw;
import org.lowrank.weights.bytes.MalformedWeightsException;

/**
 * Which format a file has: by its content, whatever its name. Only a file that no format recognises is looked at as text, and
 * only then its name says which format should have been in it.
 */
final class Recognition {
    /** Formats with a magic number of several bytes after safetensors, whose header is recognised by its shape. */
    static final List<WeightFormat> FORMATS =
            List.of(new Safetensors(), new Gguf(), new TorchZip(), new TorchLegacy(), new Onnx(), new TensorBundle());

    private static final String READ = "; safetensors, PyTorch, ONNX, GGUF and TensorFlow checkpoints are read";

    private Recognition() {}

    /**
     * The format of a file.
     *
     * @throws MalformedWeightsException if it is none that is read, named as what it is
     */
    static WeightFormat of(ByteSource source) throws IOException {
        byte[] head = Unreadable.head(source);
        for (WeightFormat format : FORMATS) {
            if (format.recognises(head, source.size())) {
                return format;
            }
        }
        Unreadable.refuse(source, head);
        String name = source.name().toLowerCase(Locale.ROOT);
        for (WeightFormat format : FORMATS) {
            if (format.isNamed(head, name)) {
                return format; // whose reader says what is wrong
            }
        }
        throw new MalformedWeightsException(
                Flaw.UNKNOWN, "unknown format: " + source.name() + ": it starts with " + Unreadable.start(head) + READ);
    }
}
