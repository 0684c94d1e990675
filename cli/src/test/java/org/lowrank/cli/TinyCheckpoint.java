package org.lowrank.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A BERT of two layers, d = 24, f = 56, as safetensors F32. */
final class TinyCheckpoint {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyCheckpoint() {}

    /** Values by name; names end in their shape: {@code name rows cols}. */
    static Map<String, float[][]> bert() {
        Map<String, float[][]> tensors = new LinkedHashMap<>();
        Random random = new Random(7);
        for (int layer = 0; layer < 2; layer++) {
            String at = "bert.encoder.layer." + layer + ".";
            for (String name : List.of("self.query", "self.key", "self.value", "output.dense")) {
                tensors.put(at + "attention." + name + ".weight", gaussian(24, 24, random));
            }
            tensors.put(at + "intermediate.dense.weight", gaussian(56, 24, random));
            tensors.put(at + "output.dense.weight", gaussian(24, 56, random));
        }
        tensors.put("bert.embeddings.word_embeddings.weight", gaussian(61, 24, random));
        return tensors;
    }

    static float[][] gaussian(int rows, int cols, Random random) {
        float[][] a = new float[rows][cols];
        for (float[] row : a) {
            for (int j = 0; j < cols; j++) {
                row[j] = (float) random.nextGaussian();
            }
        }
        return a;
    }

    /** A model directory with one weight file. */
    static Path write(Path directory, Map<String, float[][]> tensors) throws IOException {
        config(directory);
        Files.write(directory.resolve("model.safetensors"), safetensors(tensors));
        return directory;
    }

    /** A model directory with the tensors dealt out to three shards and an index. */
    static Path writeShards(Path directory, Map<String, float[][]> tensors) throws IOException {
        config(directory);
        List<Map<String, float[][]>> shards = new ArrayList<>();
        for (int s = 0; s < 3; s++) {
            shards.add(new LinkedHashMap<>());
        }
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        int next = 0;
        for (Map.Entry<String, float[][]> tensor : tensors.entrySet()) {
            int shard = next++ % 3;
            shards.get(shard).put(tensor.getKey(), tensor.getValue());
            map.put(tensor.getKey(), "model-0000" + (shard + 1) + "-of-00003.safetensors");
        }
        for (int s = 0; s < 3; s++) {
            Files.write(
                    directory.resolve("model-0000" + (s + 1) + "-of-00003.safetensors"), safetensors(shards.get(s)));
        }
        Files.writeString(directory.resolve("model.safetensors.index.json"), index.toString());
        return directory;
    }

    static void config(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("config.json"),
                "{\"model_type\": \"bert\", \"num_hidden_layers\": 2, \"num_attention_heads\": 4}");
    }

    static byte[] safetensors(Map<String, float[][]> tensors) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, float[][]> tensor : tensors.entrySet()) {
            float[][] a = tensor.getValue();
            ByteBuffer bytes = ByteBuffer.allocate(4 * a.length * a[0].length).order(ByteOrder.LITTLE_ENDIAN);
            for (float[] row : a) {
                for (float value : row) {
                    bytes.putFloat(value);
                }
            }
            ObjectNode entry = header.putObject(tensor.getKey());
            entry.put("dtype", "F32").putArray("shape").add(a.length).add(a[0].length);
            entry.putArray("data_offsets").add(data.size()).add(data.size() + bytes.capacity());
            data.write(bytes.array());
        }
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + text.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(text.length).put(text).put(data.toByteArray());
        return file.array();
    }
}
