package org.lowrank.weights.checkpoints;

/** The formats a checkpoint can be written in, with the file name each usually has. */
public enum Format {
    SAFETENSORS("model.safetensors"),
    TORCH_ZIP("pytorch_model.bin"),
    TORCH_LEGACY("pytorch_model.bin"),
    ONNX("model.onnx"),
    GGUF("model.gguf"),
    TENSOR_BUNDLE("model.ckpt.index");

    private final String fileName;

    Format(String fileName) {
        this.fileName = fileName;
    }

    /** The file a reader is pointed at. */
    public String fileName() {
        return fileName;
    }
}
