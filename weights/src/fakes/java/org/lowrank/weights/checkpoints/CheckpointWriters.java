package org.lowrank.weights.checkpoints;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Writes given tensors as a checkpoint of any format. */
public final class CheckpointWriters {
    private CheckpointWriters() {}

    /**
     * Writes tensors under their names into an existing directory, without any config.json.
     *
     * @return the file a reader is pointed at, {@link Format#fileName()} in {@code directory}
     */
    public static Path write(Format format, Path directory, Map<String, TestTensor> tensors) {
        files(format, tensors).forEach((name, content) -> put(directory.resolve(name), content));
        return directory.resolve(format.fileName());
    }

    /** The files by name, the one a reader is pointed at first. */
    public static Map<String, byte[]> files(Format format, Map<String, TestTensor> tensors) {
        return switch (format) {
            case SAFETENSORS -> Map.of(format.fileName(), SafetensorsWriter.bytes(tensors));
            case TORCH_ZIP -> Map.of(format.fileName(), TorchWriter.zip(tensors));
            case TORCH_LEGACY -> Map.of(format.fileName(), TorchWriter.legacy(tensors));
            case ONNX -> Map.of(format.fileName(), OnnxWriter.bytes(tensors));
            case GGUF -> Map.of(format.fileName(), GgufWriter.bytes(tensors));
            case TENSOR_BUNDLE ->
                TensorBundleWriter.files(
                        format.fileName().substring(0, format.fileName().length() - ".index".length()), tensors, 1);
        };
    }

    /** Writes one file. */
    public static Path put(Path path, byte[] content) {
        try {
            return Files.write(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
