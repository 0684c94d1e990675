package org.lowrank.weights.format;

import java.io.IOException;
import java.util.List;
import org.lowrank.weights.files.ModelFiles;
import org.lowrank.weights.files.ModelNotFoundException;
import org.lowrank.weights.tensor.Tensor;

/**
 * A weight format. Every implementation reads headers and ranges through {@code ByteSource} only, so that it works on local
 * and remote files alike, and gives the same tensors for the same weights.
 */
public sealed interface WeightFormat permits Safetensors, TorchZip, TorchLegacy, Onnx, Gguf, TensorBundle {
    /** In words, for the report. */
    String title();

    /**
     * Whether a file of this format starts with these bytes.
     *
     * @param head the first 512, or fewer of a short file
     * @param size of the file
     */
    boolean recognises(byte[] head, long size);

    /**
     * Whether a file that no format recognises should have been of this one, so that this one's reader says what is wrong.
     *
     * @param head as above
     * @param name in lower case
     */
    boolean isNamed(byte[] head, String name);

    /**
     * All tensors of a file. The file stays open behind them until {@code opened} is closed.
     *
     * @param files the model, for files this one refers to
     * @param opened where opened sources are left to be closed with the checkpoint
     * @throws org.lowrank.weights.bytes.MalformedWeightsException if the file breaks the format
     */
    List<Tensor> read(ModelFiles files, String name, OpenFiles opened) throws IOException, ModelNotFoundException;
}
