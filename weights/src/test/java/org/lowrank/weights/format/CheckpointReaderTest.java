package org.lowrank.weights.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lowrank.weights.bytes.MalformedWeightsException;
import org.lowrank.weights.checkpoints.OnnxWriter;
import org.lowrank.weights.checkpoints.SafetensorsWriter;
import org.lowrank.weights.checkpoints.TestTensor;
import org.lowrank.weights.checkpoints.TorchWriter;
import org.lowrank.weights.tensor.AdapterKind;

/** Which files are a model's weights, and what is said of files that are none. */
class CheckpointReaderTest {
    private static final String INDEX = "model.safetensors.index.json";
    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";

    @Test
    void safetensorsGoBeforePyTorchBeforeOnnx() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        files.put("onnx/model.onnx", OnnxWriter.bytes(one("onnx")));
        assertThat(names(files)).containsExactly("onnx");
        files.put("pytorch_model.bin", TorchWriter.zip(one("bin")));
        files.put("training_args.bin", new byte[1]);
        files.put("optimizer.pt", new byte[1]);
        assertThat(names(files)).containsExactly("bin");
        files.put("model.safetensors", SafetensorsWriter.bytes(one("safetensors")));
        assertThat(names(files)).containsExactly("safetensors");
    }

    @Test
    void shardsAreReadThroughTheirIndex() throws Exception {
        ReadBack read = ReadBack.of(sharded("{\"a\":\"" + FIRST + "\",\"b\":\"" + SECOND + "\"}"));
        assertThat(read.tensors().keySet()).containsExactly("a", "b");
        assertThat(read.checkpoint().format()).isEqualTo("safetensors, 2 files");
        assertThat(read.checkpoint().files()).containsExactly(FIRST, SECOND);
        assertThat(read.checkpoint().warnings()).isEmpty();
    }

    @Test
    void aTensorTheIndexLacksIsReadAndSaid() throws Exception {
        Map<String, byte[]> files = sharded("{\"a\":\"" + FIRST + "\"}");
        files.put(FIRST, SafetensorsWriter.bytes(Map.of("a", scalar(), "extra", scalar())));
        ReadBack read = ReadBack.of(files);
        assertThat(read.tensors().keySet()).containsExactly("a", "extra");
        assertThat(read.checkpoint().warnings())
                .containsExactly("tensor extra is in " + FIRST + " but not in " + INDEX);
    }

    @Test
    void brokenIndicesAreRefused() {
        assertRefused(
                sharded("{\"a\":\"" + SECOND + "\"}"),
                "missing tensor: a: " + INDEX + " maps it to " + SECOND
                        + ", which does not hold it; index and shards are of different versions, take both from one");
        assertRefused(
                sharded("{\"a\":\"model-00003-of-00003.safetensors\"}"),
                "missing shard: " + INDEX + ": model-00003-of-00003.safetensors (1 of 1 files) not found; download the"
                        + " rest of the model");
        assertRefused(
                sharded("{}"), "bad shard index: " + INDEX + ": it has no weight_map; fetch or write the index again");
        Map<String, byte[]> cut = sharded("{");
        assertThatThrownBy(() -> ReadBack.of(cut))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad JSON: " + INDEX + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/a", "x/a", "..", ".", "", "c:a"})
    void shardsOutsideTheFolderAreRefused(String name) {
        assertRefused(
                sharded("{\"a\":\"" + name + "\"}"),
                "unsafe file name: " + INDEX + ": it names '" + name
                        + "'; only files beside it may be named, do not trust this model");
    }

    @Test
    void numberedShardsWithoutIndexAreReadTogetherOrNotAtAll() throws Exception {
        Map<String, byte[]> files = sharded("{}");
        files.remove(INDEX);
        assertThat(names(files)).containsExactly("a", "b");
        files.remove(SECOND);
        assertRefused(
                files,
                "missing shard: " + FIRST + ": " + SECOND
                        + " (1 of 2 files) not found; download the rest of the model");
    }

    @Test
    void tensorParallelPartsAreRefused() {
        Map<String, byte[]> files = Map.of(
                "consolidated.00.pth", TorchWriter.zip(one("w")), "consolidated.01.pth", TorchWriter.zip(one("w")));
        assertRefused(
                files,
                "tensor-parallel parts: consolidated.00.pth: every matrix is cut into as many slices as there are parts,"
                        + " which are not joined here; use the model's safetensors files");
    }

    @Test
    void aGitLfsPointerIsNamed() {
        String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 440473133\n";
        String message =
                ": the file only says where the weights are; run 'git lfs pull' in the clone, or analyse the model"
                        + " by its name";
        assertText("model.safetensors", pointer, "git-LFS pointer: model.safetensors" + message);
        assertText("pytorch_model.bin", pointer, "git-LFS pointer: pytorch_model.bin" + message);
        assertText("model.gguf", pointer, "git-LFS pointer: model.gguf" + message);
        assertText("model.onnx", pointer, "git-LFS pointer: model.onnx" + message);
        assertText(INDEX, pointer, "git-LFS pointer: " + INDEX + message);
        Map<String, byte[]> shard = sharded("{\"a\":\"" + FIRST + "\"}");
        shard.put(FIRST, pointer.getBytes(StandardCharsets.UTF_8));
        assertRefused(shard, "git-LFS pointer: " + FIRST + message);
    }

    @ParameterizedTest
    @CsvSource({
        "<!DOCTYPE html><html>, web page",
        "'\n <html lang=en>', web page",
        "<?xml version=1.0?><Error/>, web page",
        "'{\"error\":\"Repository not found\"}', error message"
    })
    void whatAServerSaidInsteadIsNamed(String content, String what) {
        byte[] file = content.getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ReadBack.of("model.safetensors", file))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith(what + ": model.safetensors: ");
    }

    @Test
    void webPagesAndErrorsSayWhatToDo() {
        assertText(
                "pytorch_model.bin",
                "<html>",
                "web page: pytorch_model.bin: an HTML or XML page was saved instead of the weights; download the file again,"
                        + " logged in if it needs that");
        assertText(
                "model.safetensors",
                "{\"error\":\"Unauthorized\"}",
                "error message: model.safetensors: a server's JSON error was saved instead of the weights"
                        + " ({\"error\":\"Unauthorized\"}); download the file again");
        assertText(
                "pytorch_model.bin",
                "Entry not found",
                "unknown format: pytorch_model.bin: it starts with 'Entry not found'; safetensors, PyTorch, ONNX, GGUF and"
                        + " TensorFlow checkpoints are read");
    }

    @Test
    void formatsThatAreNotReadAreNamed() {
        byte[] hdf = {(byte) 0x89, 'H', 'D', 'F', 0x0d, 0x0a, 0x1a, 0x0a};
        assertRefused(
                Map.of("tf_model.h5", hdf),
                "HDF5 file: tf_model.h5: Keras weights are not read; use the model's safetensors, PyTorch or ONNX files");
        assertRefused(
                Map.of("pytorch_model.bin", hdf),
                "HDF5 file: pytorch_model.bin: Keras weights are not read; use the model's safetensors, PyTorch or ONNX"
                        + " files");
        assertRefused(
                Map.of("flax_model.msgpack", new byte[] {(byte) 0x82, 1}),
                "msgpack file: flax_model.msgpack: Flax weights are not read; use the model's safetensors or PyTorch files");
        byte[] tar = new byte[512];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
        assertRefused(
                Map.of("pytorch_model.bin", tar),
                "tar archive: pytorch_model.bin: PyTorch 0.1 checkpoints and archives are not read; save the weights with a"
                        + " newer PyTorch");
        assertRefused(
                Map.of("pytorch_model.bin", new byte[] {1, 2, (byte) 0xff}),
                "unknown format: pytorch_model.bin: it starts with 01 02 ff; safetensors, PyTorch, ONNX, GGUF and TensorFlow"
                        + " checkpoints are read");
        assertRefused(
                Map.of("model.safetensors", new byte[0]),
                "empty file: model.safetensors: 0 bytes; copy or download it again");
    }

    @Test
    void aFolderWithoutWeightsSaysWhatItHolds() {
        assertRefused(
                Map.of("README.md", new byte[1], "config.json", new byte[1]),
                "no weights: memory: none of 2 files (README.md, config.json) is a known weight file; safetensors, PyTorch,"
                        + " ONNX, GGUF and TensorFlow checkpoints are read");
    }

    @Test
    void theConfigBesideTheWeightsIsRead() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        files.put("model.safetensors", SafetensorsWriter.bytes(one("w")));
        files.put("config.json", "{\"model_type\":\"bert\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(ReadBack.of(files).checkpoint().config().path("model_type").asText())
                .isEqualTo("bert");
        files.put("config.json", "{\"model_type\":".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> ReadBack.of(files))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessageStartingWith("bad JSON: config.json: ")
                .hasMessageEndingWith("; mend or remove it");
    }

    @Test
    void anAdapterIsReadOnlyWhereThereIsNoModel() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        files.put("a.safetensors", SafetensorsWriter.bytes(one("base_model.model.layers.0.q.lora_A.weight")));
        assertThat(ReadBack.of(files).checkpoint().adapter()).contains(AdapterKind.LORA);
        files.put("b.safetensors", SafetensorsWriter.bytes(one("layers.0.q.weight")));
        ReadBack read = ReadBack.of(files);
        assertThat(read.tensors().keySet()).containsExactly("layers.0.q.weight");
        assertThat(read.checkpoint().adapter()).isEmpty();
        assertThat(read.checkpoint().warnings())
                .containsExactly(
                        "a.safetensors was passed over: it is no model but an adapter or part of one (LoRA adapter)");
    }

    @Test
    void theIndexIsReadAndNotAStrayFileBesideIt() throws Exception {
        Map<String, byte[]> files = sharded("{\"a\":\"" + FIRST + "\",\"b\":\"" + SECOND + "\"}");
        files.put("model.safetensors", SafetensorsWriter.bytes(one("stray")));
        ReadBack read = ReadBack.of(files);
        assertThat(read.tensors().keySet()).containsExactly("a", "b");
        assertThat(read.checkpoint().described()).containsExactly(INDEX);
        assertThat(read.checkpoint().warnings())
                .containsExactly("several weight files: " + INDEX
                        + " was read, not model.safetensors; name a file to choose" + " another");
        files.remove(SECOND);
        ReadBack whole = ReadBack.of(files);
        assertThat(whole.tensors().keySet()).containsExactly("stray");
        assertThat(whole.checkpoint().warnings())
                .containsExactly(INDEX + " was passed over: it is one of an incomplete set, " + SECOND
                        + " (1 of 2 files) not found");
    }

    @Test
    void aTiedHeadThatTheIndexListsIsAWarning() throws Exception {
        Map<String, byte[]> files =
                sharded("{\"a\":\"" + FIRST + "\",\"b\":\"" + SECOND + "\",\"lm_head.weight\":\"" + SECOND + "\"}");
        assertThat(ReadBack.of(files).checkpoint().warnings())
                .containsExactly("lm_head.weight is listed by " + INDEX
                        + " but not in its files: tied to another tensor and saved once, most likely");
        Map<String, byte[]> layer = sharded("{\"a\":\"" + FIRST + "\",\"h.1.output.weight\":\"" + SECOND + "\"}");
        assertThatThrownBy(() -> ReadBack.of(layer)).hasMessageStartingWith("missing tensor: h.1.output.weight: ");
    }

    /** 20,000 tensors of which the index lists none: one warning. */
    @Test
    void unlistedTensorsAreSaidTogether() throws Exception {
        Map<String, TestTensor> many = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            many.put("t" + i, scalar());
        }
        many.put("a", scalar());
        Map<String, byte[]> files = sharded("{\"a\":\"" + FIRST + "\"}");
        files.put(FIRST, SafetensorsWriter.bytes(many));
        try (CheckpointReader reader = new CheckpointReader(MemoryFiles.of(files))) {
            assertThat(reader.read().warnings()).singleElement().asString().startsWith("20000 tensors, t");
        }
    }

    @Test
    void emptyWeightsOfZeroThreeAreNamed() {
        Map<String, TestTensor> partitioned = new HashMap<>();
        partitioned.put("h.0.q.weight", TestTensor.f32(List.of(0L)));
        partitioned.put("h.0.k.weight", TestTensor.f32(List.of(0L)));
        partitioned.put("norm.bias", TestTensor.f32(List.of(1L), 1));
        assertRefused(
                Map.of("zero_pp_rank_0_mp_rank_00_model_states.pt", TorchWriter.zip(partitioned)),
                "DeepSpeed ZeRO-3 placeholders: zero_pp_rank_0_mp_rank_00_model_states.pt: 2 of 2 weights are empty, their"
                        + " values lie in the *_optim_states.pt files of the devices; run 'python zero_to_fp32.py ."
                        + " pytorch_model.bin' in the checkpoint's folder and analyze what it writes");
    }

    @Test
    void theOneFolderWithWeightsIsRead() throws Exception {
        Map<String, byte[]> files = new HashMap<>();
        files.put("README.md", new byte[1]);
        files.put("0_Transformer/model.safetensors", SafetensorsWriter.bytes(one("w")));
        files.put("0_Transformer/config.json", "{\"model_type\":\"bert\"}".getBytes(StandardCharsets.UTF_8));
        ReadBack read = ReadBack.of(files);
        assertThat(read.checkpoint().config().path("model_type").asText()).isEqualTo("bert");
        assertThat(read.checkpoint().warnings())
                .containsExactly("the weights of the folder 0_Transformer/ were read: there are none above it");
        files.put("1_Dense/model.safetensors", SafetensorsWriter.bytes(one("dense")));
        assertRefused(
                files,
                "several models: memory: no weights at its top, but in 0_Transformer, 1_Dense; name one of these folders, as"
                        + " in memory/0_Transformer");
        files.put(
                "modules.json",
                ("[{\"idx\":0,\"path\":\"0_Transformer\",\"type\":\"sentence_transformers.models.Transformer\"},"
                                + "{\"idx\":1,\"path\":\"1_Dense\",\"type\":\"sentence_transformers.models.Dense\"}]")
                        .getBytes(StandardCharsets.UTF_8));
        assertThat(names(files)).containsExactly("w");
    }

    private static java.util.Set<String> names(Map<String, byte[]> files) throws Exception {
        return ReadBack.of(files).tensors().keySet();
    }

    private static Map<String, byte[]> sharded(String weightMap) {
        Map<String, byte[]> files = new HashMap<>();
        files.put(INDEX, ("{\"metadata\":{},\"weight_map\":" + weightMap + "}").getBytes(StandardCharsets.UTF_8));
        files.put(FIRST, SafetensorsWriter.bytes(one("a")));
        files.put(SECOND, SafetensorsWriter.bytes(one("b")));
        return files;
    }

    private static Map<String, TestTensor> one(String name) {
        return Map.of(name, scalar());
    }

    private static TestTensor scalar() {
        return TestTensor.f32(List.of(), 1);
    }

    private static void assertText(String name, String content, String message) {
        assertRefused(Map.of(name, content.getBytes(StandardCharsets.UTF_8)), message);
    }

    private static void assertRefused(Map<String, byte[]> files, String message) {
        assertThatThrownBy(() -> ReadBack.of(files))
                .isInstanceOf(MalformedWeightsException.class)
                .hasMessage(message);
    }
}
