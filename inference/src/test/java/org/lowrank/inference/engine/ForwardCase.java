package org.lowrank.inference.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A small checkpoint and what transformers 5.18.0 computes with it in double, made by {@code src/test/python/forward_cases.py}.
 * Weights are made here from the tensors' names as the program makes them.
 */
record ForwardCase(String name, JsonNode expected) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static ForwardCase read(String name) throws IOException {
        try (InputStream file = Objects.requireNonNull(
                ForwardCase.class.getResourceAsStream("cases/" + name + ".json"), "no case " + name)) {
            return new ForwardCase(name, JSON.readTree(file));
        }
    }

    JsonNode config() {
        return expected.get("config");
    }

    List<int[]> sequences() {
        List<int[]> sequences = new ArrayList<>();
        for (JsonNode ids : expected.get("input_ids")) {
            int[] sequence = new int[ids.size()];
            for (int i = 0; i < sequence.length; i++) {
                sequence[i] = ids.get(i).asInt();
            }
            sequences.add(sequence);
        }
        return sequences;
    }

    /** Writes config.json and model.safetensors. */
    Path write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), config().toString());
        Map<String, List<Long>> tensors = new TreeMap<>();
        expected.get("tensors").properties().forEach(tensor -> {
            List<Long> shape = new ArrayList<>();
            tensor.getValue().forEach(size -> shape.add(size.asLong()));
            tensors.put(tensor.getKey(), shape);
        });
        StringBuilder header = new StringBuilder("{");
        long offset = 0;
        for (Map.Entry<String, List<Long>> tensor : tensors.entrySet()) {
            long bytes = 4 * count(tensor.getValue());
            header.append(header.length() == 1 ? "" : ",")
                    .append('"')
                    .append(tensor.getKey())
                    .append("\":{\"dtype\":\"F32\",\"shape\":")
                    .append(tensor.getValue())
                    .append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(offset + bytes)
                    .append("]}");
            offset += bytes;
        }
        byte[] head = header.append('}').toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate((int) (8 + head.length + offset)).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(head.length).put(head);
        tensors.forEach((tensor, shape) -> {
            for (float weight : weights(tensor, shape)) {
                file.putFloat(weight);
            }
        });
        Files.write(folder.resolve("model.safetensors"), file.array());
        return folder;
    }

    private static long count(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** splitmix64 seeded by FNV-1a of the name, to [−1, 1), scaled by what the tensor seems to be. */
    static float[] weights(String name, List<Long> shape) {
        long seed = 0xCBF29CE484222325L;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            seed = (seed ^ (letter & 0xff)) * 0x100000001B3L;
        }
        float[] weights = new float[(int) count(shape)];
        for (int i = 0; i < weights.length; i++) {
            seed += 0x9E3779B97F4A7C15L;
            long z = seed;
            z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
            z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
            z ^= z >>> 31;
            double number = (z >>> 40) / 8388608.0 - 1.0;
            if (shape.size() >= 2) {
                number *= 2.0 / Math.sqrt(shape.get(shape.size() - 1));
            } else {
                number = name.endsWith("bias") ? 0.5 * number : 1.0 + 0.5 * number;
            }
            weights[i] = (float) number;
        }
        return weights;
    }
}
